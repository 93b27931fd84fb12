//! Memory that a running server holds beside the mapped file.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::Context;
use crate::Result;
use crate::child::memory;
use crate::report::{Figure, Row, Unit};

pub fn run(context: &Context<'_>) -> Result<Vec<Row>> {
    let Some(program) = &context.program else { return Ok(Vec::new()) };
    context.workload.segment()?;
    let mut server = Server::start(program, &context.workload.segment_path())?;
    let rows = server.measure();
    server.0.kill()?;
    server.0.wait()?;
    Ok(rows)
}

struct Server(Child);

impl Server {
    /// Starts a server, and waits until it says that it listens.
    fn start(program: &Path, segment: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off", "--index"])
            .arg(segment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let talk = child.stderr.take().ok_or("the server has no standard error")?;
        let mut lines = BufReader::new(talk).lines();
        let is_ready =
            lines.any(|line| line.is_ok_and(|line| line.contains("listening") || line.contains("serving")));
        // Whatever it says further must not block it.
        thread::spawn(move || lines.for_each(drop));
        if !is_ready {
            return Err(format!("{} ended with {}", program.display(), child.wait()?).into());
        }
        Ok(Self(child))
    }

    fn measure(&mut self) -> Vec<Row> {
        // What is freed after the start is given back soon.
        thread::sleep(Duration::from_secs(1));
        let process = self.0.id().to_string();
        let row = |case: &str, field| {
            let bytes = memory(&process, field)?;
            Some(Row::new("server", case, Figure::number(bytes as f64, Unit::Bytes)))
        };
        [row("anonymous memory", "RssAnon"), row("mapped memory", "RssFile")].into_iter().flatten().collect()
    }
}
