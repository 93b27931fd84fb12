//! [`Workshop`]: what compiling a segment may use, and who is told how far it has come.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use crate::sort::{MemoryScratch, Scratch};

/// What compiling a segment may use. It decides how long it takes, never what comes out.
#[derive(Clone)]
pub(crate) struct Workshop {
    /// Bytes of working memory, about; beside it lie some 40 bytes an entity and 30 a distinct key.
    pub memory: usize,
    /// Threads that make keys.
    pub threads: NonZero<usize>,
    /// Where data goes that does not fit in memory.
    pub scratch: Arc<dyn Scratch>,
    /// Who is told how far it has come.
    pub progress: Arc<dyn Progress>,
}

impl Workshop {
    /// As much memory as is taken if nobody says how much.
    pub const DEFAULT_MEMORY: usize = 1 << 30;

    /// A workshop with all cores and the memory of [`Self::DEFAULT_MEMORY`].
    pub fn new(scratch: Arc<dyn Scratch>) -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Self { memory: Self::DEFAULT_MEMORY, threads, scratch, progress: Arc::new(()) }
    }

    /// A workshop that keeps everything in memory.
    pub fn in_memory() -> Self {
        Self::new(Arc::new(MemoryScratch))
    }

    /// A share of the working memory, in eighths.
    pub fn eighths(&self, count: usize) -> usize {
        self.memory / 8 * count
    }
}

/// A part of compiling or verifying a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Tables are read and checked; counted in bytes.
    Reading,
    /// Keys are made of aliases; counted in aliases.
    Keys,
    /// Keys are brought in order and written; counted in postings and keys.
    Sorting,
    /// The file is put together; counted in bytes.
    Writing,
    /// A file that is there is read and checked; counted in bytes.
    Verifying,
}

/// Is told how far compiling or verifying a segment has come. Called from several threads; must return quickly.
pub trait Progress: Send + Sync {
    /// A phase begins, after which there will have been about `total` steps.
    fn begin(&self, phase: Phase, total: u64);

    /// So many more steps are done.
    fn advance(&self, steps: u64);
}

/// Nobody is told.
impl Progress for () {
    fn begin(&self, _phase: Phase, _total: u64) {}

    fn advance(&self, _steps: u64) {}
}
