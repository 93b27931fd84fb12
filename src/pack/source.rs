//! [`PackSource`]: where the files of a pack are read from.

use std::io::{self, Read};

use super::PackFiles;

/// The files of a pack, which are read one after another.
pub(crate) trait PackSource {
    /// How the folder is called in messages: its path as the user gave it.
    fn label(&self) -> &str;

    /// The names of all files of the folder, in order.
    fn names(&self) -> Vec<&str>;

    /// The content of a file from its beginning.
    fn open(&self, name: &str) -> io::Result<Box<dyn Read + '_>>;

    /// The path of the file `name` for messages.
    fn path_of(&self, name: &str) -> String {
        match self.label() {
            "" => name.to_owned(),
            label => format!("{}/{name}", label.trim_end_matches('/')),
        }
    }
}

impl PackSource for PackFiles {
    fn label(&self) -> &str {
        &self.label
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        let file = self.files.iter().find(|file| file.name == name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(file.bytes.as_slice()))
    }
}
