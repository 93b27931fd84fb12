//! From sorted keys, tokens and skeleton keys to the sections in which they are looked up and searched.

use std::io::{self, BufReader, Read, Write};
use std::thread;

use super::super::CompileError;
use super::super::format::SectionKind as Kind;
use super::super::lexicon::{CharacterCounts, CodePage, CodesWriter, Group};
use super::super::sections::{HashedLists, KeySections, TokenPosting, TokenSections};
use super::super::table::Load;
use super::batch::{KeyRecord, SkeletonRecord, TokenRecord, split_token};
use super::spool::Spool;
use super::{Sections, Workshop, join};
use crate::sort::{Sorted, Sorter};

/// The sorters of what aliases are found by.
pub(super) struct Keys {
    pub lookup: Sorter,
    pub tokens: Sorter,
    pub skeletons: Sorter,
}

impl Keys {
    pub fn new(workshop: &Workshop) -> Self {
        let sorter = |eighths| Sorter::new(workshop.eighths(eighths), workshop.scratch.clone());
        Self { lookup: sorter(2), tokens: sorter(2), skeletons: sorter(2) }
    }

    /// About how many steps it takes to write them.
    pub fn len(&self) -> u64 {
        3 * self.lookup.len() + self.tokens.len() + self.skeletons.len()
    }

    /// Writes all sections of keys, both cores busy.
    pub fn write(self, workshop: &Workshop) -> Result<Sections, CompileError> {
        let Self { lookup, tokens, skeletons } = self;
        thread::scope(|scope| {
            let others = scope.spawn(|| -> Result<Sections, CompileError> {
                let mut sections = write_tokens(tokens.finish()?, workshop)?;
                sections.extend(write_skeletons(skeletons.finish()?, workshop)?);
                Ok(sections)
            });
            let mut sections = write_keys(lookup.finish()?, workshop);
            let others = join(others);
            if let Ok(sections) = &mut sections {
                sections.extend(others?);
            }
            sections
        })
    }
}

fn write_keys(mut sorted: Sorted, workshop: &Workshop) -> Result<Sections, CompileError> {
    let mut hashed = KeySections::default();
    let mut distinct = DistinctKeys::new(workshop);
    let mut steps = Steps::new(workshop);
    while let Some(record) = sorted.next()? {
        let (key, KeyRecord { posting, .. }) = KeyRecord::split(record).ok_or_else(damaged)?;
        if hashed.add(key, posting)? {
            distinct.add(key)?;
        }
        steps.step();
    }
    drop(sorted);
    let mut sections =
        hashed_sections([Kind::KeyTable, Kind::KeyLists], &hashed.finish(Load::Fast)?, workshop)?;
    let kinds = [
        Kind::KeyPage,
        Kind::KeyNarrowForward,
        Kind::KeyNarrowBackward,
        Kind::KeyWideForward,
        Kind::KeyWideBackward,
    ];
    sections.extend(distinct.write(kinds, workshop)?);
    Ok(sections)
}

fn write_tokens(mut sorted: Sorted, workshop: &Workshop) -> Result<Sections, CompileError> {
    let mut hashed = TokenSections::default();
    let mut distinct = DistinctKeys::new(workshop);
    let mut steps = Steps::new(workshop);
    while let Some(record) = sorted.next()? {
        let (token, aliases) = split_token(record).ok_or_else(damaged)?;
        for TokenRecord { alias, place, bearers } in aliases {
            if hashed.add(token, TokenPosting { alias, place, bearers })? {
                distinct.add(token)?;
            }
        }
        steps.step();
    }
    drop(sorted);
    let mut sections = hashed_sections([Kind::TokenTable, Kind::TokenLists], &hashed.finish()?, workshop)?;
    let kinds = [
        Kind::TokenPage,
        Kind::TokenNarrowForward,
        Kind::TokenNarrowBackward,
        Kind::TokenWideForward,
        Kind::TokenWideBackward,
    ];
    sections.extend(distinct.write(kinds, workshop)?);
    Ok(sections)
}

fn write_skeletons(mut sorted: Sorted, workshop: &Workshop) -> Result<Sections, CompileError> {
    let mut hashed = KeySections::default();
    let mut steps = Steps::new(workshop);
    let (mut last_key, mut last) = (String::new(), None);
    while let Some(record) = sorted.next()? {
        let (key, skeleton) = SkeletonRecord::split(record).ok_or_else(damaged)?;
        let is_repeated = key == last_key && last.is_some_and(|last| skeleton.repeats(last));
        if !is_repeated {
            hashed.add(key, skeleton.alias)?;
            key.clone_into(&mut last_key);
            last = Some(skeleton);
        }
        steps.step();
    }
    drop(sorted);
    // Whoever looks for skeletons can wait a little, and there are twice as many as aliases.
    let hashed = hashed.finish(Load::Dense)?;
    hashed_sections([Kind::SkeletonTable, Kind::SkeletonLists], &hashed, workshop)
}

fn hashed_sections(
    [table, lists]: [Kind; 2],
    hashed: &HashedLists,
    workshop: &Workshop,
) -> Result<Sections, CompileError> {
    let table = (table, Spool::of(&workshop.scratch, &hashed.table)?);
    Ok(vec![table, (lists, Spool::of(&workshop.scratch, &hashed.lists)?)])
}

/// What was sorted is not what was written.
fn damaged() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// The keys of a lexicon, each once: their characters must be counted before the first of them can be encoded.
struct DistinctKeys {
    counts: CharacterCounts,
    keys: Spool,
    count: u64,
}

impl DistinctKeys {
    fn new(workshop: &Workshop) -> Self {
        Self { counts: CharacterCounts::default(), keys: Spool::new(&workshop.scratch), count: 0 }
    }

    fn add(&mut self, key: &str) -> io::Result<()> {
        self.counts.add(key);
        self.count += 1;
        self.keys.write_all(&(key.len() as u32).to_le_bytes())?;
        self.keys.write_all(key.as_bytes())
    }

    /// The sections of the lexicon: page, then forwards and backwards of the narrow keys and of the wide ones.
    fn write(self, kinds: [Kind; 5], workshop: &Workshop) -> Result<Sections, CompileError> {
        let [page_kind, narrow_forward, narrow_backward, wide_forward, wide_backward] = kinds;
        let page = CodePage::new(&self.counts)?;
        let characters = Spool::of(&workshop.scratch, page.write().as_bytes())?;
        let [forward, backward] = self.encoded(&page, workshop)?;
        let [forward, backward] = thread::scope(|scope| {
            let backward = scope.spawn(|| write_automata(backward, workshop));
            [write_automata(forward, workshop), join(backward)]
        });
        let ([narrow, wide], [narrow_back, wide_back]) = (forward?, backward?);
        Ok(vec![
            (page_kind, characters),
            (narrow_forward, narrow),
            (narrow_backward, narrow_back),
            (wide_forward, wide),
            (wide_backward, wide_back),
        ])
    }

    /// The codes of all keys, forwards and backwards, each behind a byte for its group.
    fn encoded(self, page: &CodePage, workshop: &Workshop) -> Result<[Sorter; 2], CompileError> {
        let sorter = || Sorter::new(workshop.eighths(1), workshop.scratch.clone());
        let (mut forward, mut backward) = (sorter(), sorter());
        let mut keys = BufReader::with_capacity(1 << 16, self.keys.into_reader()?);
        let (mut bytes, mut codes) = (Vec::new(), Vec::new());
        for _ in 0..self.count {
            let mut len = [0; 4];
            keys.read_exact(&mut len)?;
            bytes.resize(u32::from_le_bytes(len) as usize, 0);
            keys.read_exact(&mut bytes)?;
            let key = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
            let group = page.encode(key, &mut codes).ok_or_else(damaged)?;
            forward.push(&[&[group as u8], &codes])?;
            group.reverse(&mut codes);
            backward.push(&[&[group as u8], &codes])?;
        }
        Ok([forward, backward])
    }
}

/// The automata of the narrow and of the wide group.
fn write_automata(codes: Sorter, workshop: &Workshop) -> Result<[Spool; 2], CompileError> {
    let writer = || CodesWriter::new(Spool::new(&workshop.scratch));
    let (mut narrow, mut wide) = (writer(), writer());
    let mut steps = Steps::new(workshop);
    let mut sorted = codes.finish()?;
    while let Some(record) = sorted.next()? {
        let (&group, codes) = record.split_first().ok_or_else(damaged)?;
        let writer = if group == Group::Narrow as u8 { &mut narrow } else { &mut wide };
        writer.insert(codes)?;
        steps.step();
    }
    Ok([narrow.finish()?, wide.finish()?])
}

/// Tells of steps, many at once.
pub(super) struct Steps<'w> {
    workshop: &'w Workshop,
    untold: u64,
}

impl<'w> Steps<'w> {
    const AT_ONCE: u64 = 1 << 14;

    pub fn new(workshop: &'w Workshop) -> Self {
        Self { workshop, untold: 0 }
    }

    pub fn step(&mut self) {
        self.untold += 1;
        if self.untold == Self::AT_ONCE {
            self.workshop.progress.advance(std::mem::take(&mut self.untold));
        }
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        self.workshop.progress.advance(self.untold);
    }
}
