//! Verification: reads a whole segment file, once and in pieces, and trusts no byte of it.

use std::io::{self, Read};
use std::num::NonZero;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::thread;

use blake3::hazmat::{ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

use super::format::{Meta, SectionKind, TRAILER_BYTES};
use super::layout::{LAYOUT_BYTES, Layout, SECTIONS, other_length};
use super::reader::check_lengths;
use super::workshop::{Phase, Progress};
use super::{Header, SegmentError};

/// Reads a whole segment file and checks every byte of it: length, BLAKE3, the CRC32C of each section, and bounds.
///
/// Takes some megabytes of memory and all cores, of which one is enough for a gigabyte a second. The reader should be the
/// file itself, not a memory map, so that a read error is an error and not a signal. Every byte is read once and in order,
/// and no byte lies outside of the digest; what is damaged is told by section and place.
pub fn verify(reader: &mut (dyn Read + Send)) -> Result<Header, SegmentError> {
    verify_watched(reader, &())
}

/// [`verify`], telling how far it has come as [`Phase::Verifying`].
pub fn verify_watched(
    reader: &mut (dyn Read + Send),
    progress: &dyn Progress,
) -> Result<Header, SegmentError> {
    let mut head = Vec::new();
    reader.take(LAYOUT_BYTES as u64).read_to_end(&mut head)?;
    let layout = Layout::parse(&head, None)?;
    let len = layout.header.file_bytes;
    let body =
        len.checked_sub(TRAILER_BYTES as u64).ok_or_else(|| SegmentError::damaged("it is too short"))?;
    progress.begin(Phase::Verifying, len);
    let meta_end = layout.section(SectionKind::Meta).end.max(head.len());
    reader.take((meta_end - head.len()) as u64).read_to_end(&mut head)?;

    let plan = Plan { body, sections: &layout.sections, gaps: gaps(&layout.sections, body), progress };
    let pieces = plan.digest(&mut head.as_slice().chain(&mut *reader).take(body))?;
    let read = pieces.iter().map(|piece| piece.len).sum::<u64>();
    let mut trailer = Vec::new();
    reader.take(TRAILER_BYTES as u64 + 1).read_to_end(&mut trailer)?;
    if read < body || trailer.len() < TRAILER_BYTES {
        return Err(other_length(read + trailer.len() as u64, len));
    }
    let Ok(content_digest) = <[u8; TRAILER_BYTES]>::try_from(trailer) else {
        return Err(SegmentError::damaged(format!("longer than the {len} bytes that it says")));
    };
    if root(&pieces) != content_digest {
        // A file of other rules is whole but of no use: say that, not that it is damaged.
        layout.check_rules()?;
        check_sections(&pieces, &layout)?;
        return Err(SegmentError::damaged(format!(
            "the digest of the file, at byte {body}, does not hold, though all that it is of does"
        )));
    }
    progress.advance(TRAILER_BYTES as u64);
    check_sections(&pieces, &layout)?;
    layout.check_rules()?;
    let meta = Meta::parse(head.get(layout.section(SectionKind::Meta)).unwrap_or_default())?;
    check_lengths(&layout, &meta)?;
    Ok(Header { content_digest, ..meta.header(layout.header) })
}

/// Bytes of a piece: a power of two, so that each but the last is a whole subtree of BLAKE3's.
const PIECE_BYTES: u64 = 1 << 20;

/// What was computed of a piece of the file.
struct Piece {
    /// Which it is.
    index: u64,
    len: u64,
    /// The chaining value of its subtree.
    subtree: ChainingValue,
    /// The digest of the file, if this is all of it.
    whole: [u8; TRAILER_BYTES],
    /// The parts of sections that lie in it: which section, CRC32C, length.
    checksums: Vec<(usize, u32, usize)>,
    /// The first byte between sections that is not zero, if there is one.
    stray: Option<u64>,
}

/// What is to be digested.
struct Plan<'a> {
    /// Bytes of the file, without its trailer.
    body: u64,
    sections: &'a [Range<usize>; SECTIONS],
    /// What no section covers; filled with zeros.
    gaps: Vec<Range<usize>>,
    progress: &'a dyn Progress,
}

impl Plan<'_> {
    /// Reads to the end and digests piece by piece on all cores, which take turns at reading; the pieces are in order.
    fn digest(&self, reader: &mut (dyn Read + Send)) -> io::Result<Vec<Piece>> {
        let source = Mutex::new((0, reader));
        let work = || -> io::Result<Vec<Piece>> {
            let mut pieces = Vec::new();
            let mut bytes = Vec::with_capacity(self.body.min(PIECE_BYTES) as usize);
            while let Some(index) = read_piece(&source, &mut bytes)? {
                pieces.push(Piece::new(index, &bytes, self));
                self.progress.advance(bytes.len() as u64);
            }
            Ok(pieces)
        };
        let cores = thread::available_parallelism().map_or(1, NonZero::get) as u64;
        let workers = self.body.div_ceil(PIECE_BYTES).min(cores);
        let mut pieces = thread::scope(|scope| {
            let helpers: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
            let mut pieces = work()?;
            for helper in helpers {
                pieces.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            io::Result::Ok(pieces)
        })?;
        pieces.sort_unstable_by_key(|piece| piece.index);
        Ok(pieces)
    }
}

/// What neither the layout nor a section covers, up to `body`.
fn gaps(sections: &[Range<usize>; SECTIONS], body: u64) -> Vec<Range<usize>> {
    let mut covered: Vec<Range<usize>> = sections.to_vec();
    covered.sort_unstable_by_key(|section| section.start);
    covered.push(body as usize..body as usize);
    let mut end = LAYOUT_BYTES;
    let mut gaps = Vec::new();
    for section in covered {
        gaps.extend((section.start > end).then_some(end..section.start));
        end = end.max(section.end);
    }
    gaps
}

/// Reads the next piece; tells which it is, or that there is none.
fn read_piece(source: &Mutex<(u64, &mut (dyn Read + Send))>, bytes: &mut Vec<u8>) -> io::Result<Option<u64>> {
    let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
    let (next, reader) = &mut *source;
    bytes.clear();
    reader.take(PIECE_BYTES).read_to_end(bytes)?;
    *next += 1;
    Ok((!bytes.is_empty()).then_some(*next - 1))
}

impl Piece {
    fn new(index: u64, bytes: &[u8], plan: &Plan) -> Self {
        let start = index * PIECE_BYTES;
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(start).update(bytes);
        let whole = if index == 0 { *hasher.finalize().as_bytes() } else { [0; TRAILER_BYTES] };
        let part = |range: &Range<usize>| {
            let at = |end: usize| (end as u64).saturating_sub(start).min(bytes.len() as u64) as usize;
            bytes.get(at(range.start)..at(range.end)).filter(|part| !part.is_empty())
        };
        let checksums = plan.sections.iter().enumerate().filter_map(|(section, range)| {
            let part = part(range)?;
            Some((section, crc32c::crc32c(part), part.len()))
        });
        let stray = plan.gaps.iter().find_map(|gap| {
            let first = part(gap)?.iter().position(|&byte| byte != 0)?;
            Some(start.max(gap.start as u64) + first as u64)
        });
        let checksums = checksums.collect();
        Self { index, len: bytes.len() as u64, subtree: hasher.finalize_non_root(), whole, checksums, stray }
    }
}

/// The BLAKE3 digest of the pieces together.
fn root(pieces: &[Piece]) -> [u8; TRAILER_BYTES] {
    match pieces {
        [] => *blake3::hash(&[]).as_bytes(),
        [only] => only.whole,
        pieces => {
            let (left, right) = halves(pieces);
            *merge_subtrees_root(&subtree(left), &subtree(right), Mode::Hash).as_bytes()
        }
    }
}

fn subtree(pieces: &[Piece]) -> ChainingValue {
    match pieces {
        [only] => only.subtree,
        pieces => {
            let (left, right) = halves(pieces);
            merge_subtrees_non_root(&subtree(left), &subtree(right), Mode::Hash)
        }
    }
}

/// Several pieces as BLAKE3 cuts them: to the left as many as a power of two, but not all.
fn halves(pieces: &[Piece]) -> (&[Piece], &[Piece]) {
    pieces.split_at(pieces.len().next_power_of_two() / 2)
}

/// Checks the CRC32C of each section, made up of those of its parts, and the zeros between sections.
fn check_sections(pieces: &[Piece], layout: &Layout) -> Result<(), SegmentError> {
    let found = checksums(pieces);
    let mut damaged: Vec<String> = SectionKind::ALL
        .into_iter()
        .filter(|kind| found[kind.index()] != layout.checksums[kind.index()])
        .map(|kind| {
            let Range { start, end } = layout.section(kind);
            format!("the checksum of section {}, bytes {start} to {end}, does not hold", kind.as_str())
        })
        .collect();
    let stray = pieces.iter().find_map(|piece| piece.stray);
    damaged.extend(stray.map(|at| format!("byte {at}, between sections, is not zero")));
    if damaged.is_empty() { Ok(()) } else { Err(SegmentError::damaged(damaged.join("; "))) }
}

/// The CRC32C of each section.
fn checksums(pieces: &[Piece]) -> [u32; SECTIONS] {
    let mut found = [0; SECTIONS];
    for &(section, checksum, len) in pieces.iter().flat_map(|piece| &piece.checksums) {
        if let Some(found) = found.get_mut(section) {
            // Combining takes as long as hashing many kilobytes, and most sections lie in one piece.
            *found = if *found == 0 { checksum } else { crc32c::crc32c_combine(*found, checksum, len) };
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_whole_however_many_pieces_there_are() {
        const PIECE: usize = PIECE_BYTES as usize;
        for len in
            [0, 1, 1000, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5, 4 * PIECE, 5 * PIECE - 1]
        {
            let bytes: Vec<u8> = (0..len).map(|i| (i * i / 1021) as u8).collect();
            let mut sections = [const { 0..0 }; SECTIONS];
            sections[0] = len / 3..len / 2;
            sections[1] = len / 2..len;
            let plan = Plan { body: len as u64, sections: &sections, gaps: vec![], progress: &() };
            let pieces = plan.digest(&mut bytes.as_slice()).unwrap();
            assert_eq!(root(&pieces), *blake3::hash(&bytes).as_bytes(), "{len} bytes");
            assert_eq!(checksums(&pieces), sections.map(|section| crc32c::crc32c(&bytes[section])));
        }
    }

    #[test]
    fn gaps_are_what_no_section_covers() {
        let mut sections = [const { 0..0 }; SECTIONS];
        let first = LAYOUT_BYTES + 10;
        sections[3] = first..first + 5;
        sections[1] = first + 20..first + 30;
        sections[2] = first + 22..first + 25;
        let expected = [LAYOUT_BYTES..first, first + 5..first + 20, first + 30..first + 40];
        assert_eq!(gaps(&sections, first as u64 + 40), expected);
        assert_eq!(gaps(&sections, first as u64 + 30), expected[..2]);
    }

    #[test]
    fn the_first_stray_byte_is_found_in_whatever_piece_it_lies() {
        const PIECE: usize = PIECE_BYTES as usize;
        let sections = [const { 0..0 }; SECTIONS];
        let mut bytes = vec![0; 3 * PIECE];
        for at in [2 * PIECE + 7, PIECE, PIECE - 1] {
            bytes[at] = 1;
            let gaps = std::iter::once(PIECE - 5..3 * PIECE).collect();
            let plan = Plan { body: bytes.len() as u64, sections: &sections, gaps, progress: &() };
            let pieces = plan.digest(&mut bytes.as_slice()).unwrap();
            assert_eq!(pieces.iter().find_map(|piece| piece.stray), Some(at as u64));
        }
    }
}
