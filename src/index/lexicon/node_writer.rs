//! [`NodeWriter`]: the bytes of nodes, as [`super::automaton`] reads them.

use std::io;

use super::automaton::{COMMON_INPUTS, MAX_UNINDEXED, VERSION};
use super::codes_writer::{OpenNode, Transition};

/// Where the last byte of a node is.
pub(super) type Address = u64;

/// The address of the node that is final and has no transitions; it is not written.
pub(super) const LEAF: Address = super::automaton::LEAF as Address;

/// Writes nodes one after another, each after those to which it leads.
pub(super) struct NodeWriter<W: io::Write> {
    out: W,
    buffer: Vec<u8>,
    /// Bytes that are no longer in the buffer, and their CRC-32C.
    flushed: u64,
    checksum: u32,
    /// The address of the last node.
    last: Address,
}

/// As many bytes are given away at once.
const BUFFER_BYTES: usize = 1 << 16;

impl<W: io::Write> NodeWriter<W> {
    pub fn new(out: W) -> Self {
        let mut buffer = Vec::with_capacity(2 * BUFFER_BYTES);
        buffer.extend(VERSION.to_le_bytes());
        // The type, which `fst` leaves to others.
        buffer.extend(0_u64.to_le_bytes());
        Self { out, buffer, flushed: 0, checksum: 0, last: LEAF }
    }

    /// Writes a node; gives its address.
    #[inline]
    pub fn write(&mut self, node: &OpenNode) -> io::Result<Address> {
        match *node.transitions {
            [transition] if !node.is_final => self.write_link(transition),
            _ => self.write_branch(node),
        }
        self.last = self.position() - 1;
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(self.last)
    }

    /// Writes what follows the nodes: how many keys there are, the root, and the checksum.
    pub fn finish(mut self, keys: u64, root: Address) -> io::Result<W> {
        self.buffer.extend(keys.to_le_bytes());
        self.buffer.extend(root.to_le_bytes());
        self.flush()?;
        // Masked, as in the framing format of Snappy: a checksum of data that holds checksums would be weak.
        let masked = self.checksum.rotate_right(15).wrapping_add(0xA282_EAD8);
        self.out.write_all(&masked.to_le_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Where the next byte will be.
    fn position(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    /// A node of one transition that is not final.
    #[inline]
    fn write_link(&mut self, transition: Transition) {
        let mut state = 0xC0;
        // To any other node than the one that lies before.
        if transition.target != self.last || self.last == LEAF {
            state = 0x80;
            let distance = distance(self.position(), transition);
            let size = size(distance);
            self.push_number(distance, size);
            self.buffer.push((size as u8) << 4);
        }
        let common = NUMBER_OF_COMMON[usize::from(transition.code)];
        if common == 0 {
            self.buffer.push(transition.code);
        }
        self.buffer.push(state | common);
    }

    /// Any other node.
    fn write_branch(&mut self, node: &OpenNode) {
        let start = self.position();
        let distances = || node.transitions.iter().map(move |&transition| distance(start, transition));
        let size = distances().map(size).max().unwrap_or(0);
        distances().rev().for_each(|distance| self.push_number(distance, size));
        self.buffer.extend(node.transitions.iter().rev().map(|transition| transition.code));
        let count = node.transitions.len();
        if count > MAX_UNINDEXED {
            let mut index = [u8::MAX; 256];
            for (place, transition) in (0..=u8::MAX).zip(&node.transitions) {
                index[usize::from(transition.code)] = place;
            }
            self.buffer.extend(index);
        }
        self.buffer.push((size as u8) << 4);
        let mut state = if node.is_final { 0x40 } else { 0 };
        match count {
            1..=0x3F => state |= count as u8,
            // One transition is never written so, and stands for 256.
            256 => self.buffer.push(1),
            _ => self.buffer.push(count as u8),
        }
        self.buffer.push(state);
    }

    fn push_number(&mut self, number: u64, size: usize) {
        self.buffer.extend_from_slice(number.to_le_bytes().get(..size).unwrap_or_default());
    }

    fn flush(&mut self) -> io::Result<()> {
        self.checksum = crc32c::crc32c_append(self.checksum, &self.buffer);
        self.out.write_all(&self.buffer)?;
        self.flushed += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// How far back a transition leads from the first byte of its node.
fn distance(start: u64, transition: Transition) -> u64 {
    if transition.target == LEAF { 0 } else { start - transition.target }
}

/// How many bytes a number takes, 0 as well.
const fn size(number: u64) -> usize {
    (64 - (number | 1).leading_zeros()).div_ceil(8) as usize
}

/// The number of a byte among the common inputs, counted from 1; 0 of any other.
const NUMBER_OF_COMMON: [u8; 256] = {
    let mut numbers = [0; 256];
    let mut i = 0;
    while i < COMMON_INPUTS.len() {
        numbers[COMMON_INPUTS[i] as usize] = i as u8 + 1;
        i += 1;
    }
    numbers
};
