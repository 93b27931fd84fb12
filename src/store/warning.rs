//! What the store worked around.

use std::fmt;
use std::path::PathBuf;

/// Something that the store worked around: the answers are right, but someone should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Warning {
    /// Compiled segments cannot be kept: they live in memory, and the next start compiles them again.
    CacheUnusable {
        /// The cache folder; absent if no place for it is known.
        folder: Option<PathBuf>,
        /// Why not.
        reason: String,
    },
    /// A file of the cache did not verify; its pack was compiled anew.
    CacheDamaged {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        reason: String,
    },
    /// Anybody may write to a segment file that is mapped; whoever cuts it short ends this process.
    WritableByOthers {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CacheUnusable { folder, reason } => {
                f.write_str("compiled packs cannot be kept")?;
                if let Some(folder) = folder {
                    write!(f, " in {}", folder.display())?;
                }
                write!(
                    f,
                    " ({reason}), so every start compiles them again; name a writable folder in YAQUT_CACHE_DIR"
                )
            }
            Self::CacheDamaged { path, reason } => {
                write!(f, "{}: not used ({reason}); its pack was compiled anew", path.display())
            }
            Self::WritableByOthers { path } => {
                let path = path.display();
                write!(
                    f,
                    "{path} can be written by anybody; run `chmod o-w` on it, or load segments with `--load heap`"
                )
            }
        }
    }
}
