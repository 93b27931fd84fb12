//! How far an import has come.

/// Whoever wants to see how far an import has come, such as a progress bar.
///
/// Every method does nothing unless it is written anew; `()` is a watcher that does not look.
pub trait Progress {
    /// A file is opened, or a step begun; `bytes` is its size, if that is known.
    fn begin(&mut self, _file: &str, _bytes: Option<u64>) {}

    /// `bytes` more of the file were read.
    fn advance(&mut self, _bytes: u64) {}

    /// The file is read to its end.
    fn end(&mut self) {}
}

impl Progress for () {}
