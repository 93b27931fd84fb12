//! Connections: who may have one, how it is opened, and who is at its other end.

mod peer;

pub use peer::Peer;
