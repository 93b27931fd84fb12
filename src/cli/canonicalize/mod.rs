//! `yaqut canonicalize`: a list of names in, the same list with canonical IDs out.

mod answering;
mod encode;
mod format;
mod lines;
mod list;
mod objects;
mod pipeline;
mod progress;
mod records;
mod review;
mod row;
mod source;
mod table;
mod tally;

use std::path::PathBuf;

use clap::Args;

use self::answering::{Answerer, LocalAnswerer};
use self::encode::{ANSWER_COLUMNS, Encoder};
use self::format::OutputFormat;
use self::list::{List, ListArgs};
use self::pipeline::{Gate, Pipeline, Sink};
use self::progress::Progress;
use self::review::Review;
use self::source::Source;
use self::tally::Tally;
use super::failure::{Exit, Failure};
use super::hints::{HintArgs, parse_fraction};
use super::stack::StackArgs;
use super::target::Target;
use super::terminal::{counted, note};
