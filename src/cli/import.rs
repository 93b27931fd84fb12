//! `yaqut import`: public data as a pack.
