/* Runs a program one of whose calls to the system fails.
 *
 *     faults CALL N ERRNO FOLDER TOLD program arguments...
 *
 * The Nth CALL on a file beneath FOLDER, in whatever thread, fails with ERRNO: `create` (files and folders), `write`,
 * `sync`, `rename`. Of the CALL `short` the Nth write is cut to half, with success. TOLD is a file that gets the number of
 * such calls that there were. Ends as the program ends; with 125 if the kernel does not let us.
 *
 * The kernel asks us about each of these calls (seccomp_unotify(2), Linux 5.6 or later), so that none is missed: a library
 * that is loaded beforehand would miss those that go past the C library, as Rust's rustix does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { CREATE, WRITE, SYNC, RENAME, OTHER };

static const struct { int number; enum kind kind; } CALLS[] = {
    {__NR_openat, CREATE}, {__NR_mkdirat, CREATE}, {__NR_write, WRITE}, {__NR_pwrite64, WRITE}, {__NR_writev, WRITE},
    {__NR_copy_file_range, WRITE}, {__NR_ftruncate, WRITE}, {__NR_fsync, SYNC}, {__NR_fdatasync, SYNC},
    {__NR_renameat2, RENAME}, {__NR_linkat, RENAME},
#ifdef __NR_open
    {__NR_open, CREATE}, {__NR_mkdir, CREATE}, {__NR_creat, CREATE}, {__NR_rename, RENAME}, {__NR_link, RENAME},
#endif
#ifdef __NR_renameat
    {__NR_renameat, RENAME},
#endif
};
enum { COUNT = sizeof CALLS / sizeof *CALLS };

static void fail(const char *what) {
    perror(what);
    _exit(125);
}

/* Has the kernel ask about CALLS, and lets all others pass. Gives the descriptor on which it asks. */
static int install_filter(void) {
    struct sock_filter filter[COUNT + 3];
    int n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < COUNT; i++)
        filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i].number, COUNT - i, 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = {.len = n, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("no_new_privs");
    int listener = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0) fail("seccomp");
    return listener;
}

/* Hands a descriptor over a socket; sendmsg is no call that we are asked about. */
static void send_descriptor(int socket, int descriptor) {
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    if (sendmsg(socket, &message, 0) != 1) fail("sendmsg");
}

static int receive_descriptor(int socket) {
    char byte, control[CMSG_SPACE(sizeof(int))];
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    int descriptor;
    if (recvmsg(socket, &message, 0) != 1 || !CMSG_FIRSTHDR(&message)) exit(125);
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    return descriptor;
}

/* Bytes of the program's memory, up to the end of a page if they go on. */
static ssize_t peek(const struct seccomp_notif *call, unsigned long at, char *bytes, size_t length) {
    struct iovec here = {bytes, length}, there = {(void *)at, length};
    return process_vm_readv(call->pid, &here, 1, &there, 1, 0);
}

static void path_at(const struct seccomp_notif *call, int argument, char *path) {
    unsigned long at = call->data.args[argument];
    size_t length = 0;
    while (length < PATH_MAX - 1 && peek(call, at + length, path + length, 1) == 1 && path[length]) length++;
    path[length] = 0;
}

static void path_of_descriptor(const struct seccomp_notif *call, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/%u/fd/%d", call->pid, (int)call->data.args[0]);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
}

/* What sort of call it is; OTHER if it is not on something beneath the folder. */
static enum kind kind_of(const struct seccomp_notif *call, const char *folder) {
    enum kind kind = OTHER;
    char path[PATH_MAX];
    int number = call->data.nr, is_at = number == __NR_openat || number == __NR_mkdirat || number == __NR_renameat2;
    for (int i = 0; i < COUNT; i++)
        if (CALLS[i].number == number) kind = CALLS[i].kind;
#ifdef __NR_renameat
    is_at |= number == __NR_renameat;
#endif
    is_at |= number == __NR_linkat;
    if (kind == WRITE || kind == SYNC)
        path_of_descriptor(call, path);
    else
        path_at(call, is_at ? 1 : 0, path);
    if (number == __NR_openat && !(call->data.args[2] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))) return OTHER;
#ifdef __NR_open
    if (number == __NR_open && !(call->data.args[1] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))) return OTHER;
#endif
    return strncmp(path, folder, strlen(folder)) ? OTHER : kind;
}

/* The process of a thread; the thread itself if that cannot be told. */
static pid_t process_of(pid_t thread) {
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/%d/status", thread);
    FILE *status = fopen(path, "r");
    pid_t process = thread;
    while (status && fgets(line, sizeof line, status)) sscanf(line, "Tgid: %d", &process);
    if (status) fclose(status);
    return process;
}

/* Writes half of what the program would, as it would, and gives how much that is. */
static long long write_half(const struct seccomp_notif *call) {
    size_t half = call->data.args[2] / 2;
    char *bytes = malloc(half + 1);
    int process = syscall(__NR_pidfd_open, process_of(call->pid), 0);
    int file = syscall(__NR_pidfd_getfd, process, (int)call->data.args[0], 0);
    ssize_t written = peek(call, call->data.args[1], bytes, half) == (ssize_t)half && file >= 0 ? write(file, bytes, half) : -1;
    if (written < 0) fail("a short write");
    close(file);
    close(process);
    free(bytes);
    return written;
}

int main(int count, char **arguments) {
    if (count < 7) return fprintf(stderr, "faults CALL N ERRNO FOLDER TOLD program arguments...\n"), 125;
    const char *names[] = {"create", "write", "sync", "rename"};
    int is_short = !strcmp(arguments[1], "short"), sought = is_short ? WRITE : OTHER, sockets[2], status;
    for (int i = 0; i < OTHER; i++)
        if (!strcmp(arguments[1], names[i])) sought = i;
    long nth = atol(arguments[2]), error = atol(arguments[3]), seen = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets)) fail("socketpair");
    pid_t program = fork();
    if (program == 0) {
        send_descriptor(sockets[1], install_filter());
        execv(arguments[6], arguments + 6);
        fail(arguments[6]);
    }
    close(sockets[1]);
    int listener = receive_descriptor(sockets[0]);
    struct pollfd asked = {listener, POLLIN, 0};
    while (poll(&asked, 1, -1) >= 0 && !(asked.revents & POLLHUP)) {
        struct seccomp_notif call = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call)) continue;
        struct seccomp_notif_resp answer = {.id = call.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        int can_be_cut = call.data.nr == __NR_write && call.data.args[2] > 1;
        if ((int)kind_of(&call, arguments[4]) == sought && (!is_short || can_be_cut) && ++seen == nth)
            answer = is_short ? (struct seccomp_notif_resp){.id = call.id, .val = write_half(&call)}
                              : (struct seccomp_notif_resp){.id = call.id, .error = -error};
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    FILE *told = fopen(arguments[5], "w");
    if (!told || fprintf(told, "%ld", seen) < 0 || fclose(told)) fail(arguments[5]);
    waitpid(program, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
