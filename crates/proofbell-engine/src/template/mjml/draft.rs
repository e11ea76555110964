//! MJML tried out before any event: with a word for each value, and with each branch of the template once.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::ast::{Block, Expr, File, Node, Place};
use super::super::helper::Helper;
use super::super::report::Report;
use super::{MJML_LIMIT, to_html};

/// For whoever looks for an element that is not there.
const ELEMENTS: &str =
    "<mj-section> and <mj-column> lay out; <mj-text>, <mj-button>, <mj-image> and <mj-table> show";

/// Most branches that are tried one by one.
const BRANCHES: usize = 64;
/// Most nodes that are written. Partials that call others twice multiply.
const STEPS: usize = 100_000;

/// Which of two branches is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// Always what stands before `{{else}}`.
    Bodies,
    /// The same, but for the block of this number.
    AllBut(usize),
    /// Always what stands behind `{{else}}`, which may be nothing.
    Inverses,
}

/// Tries to make HTML of a template, one way after the other, and tells what is wrong with the first that fails. The template has been
/// checked before: its partials are there, and do not call each other in a circle.
pub(in crate::template) fn check(file: &File, partials: &BTreeMap<String, File>, report: &mut Report) {
    let first = Draft::write(file, partials, Choice::Bodies);
    let blocks = first.blocks.min(BRANCHES);
    let mut drafts = std::iter::once(first)
        .chain((0..blocks).map(|number| Draft::write(file, partials, Choice::AllBut(number))))
        .chain((blocks > 0).then(|| Draft::write(file, partials, Choice::Inverses)));
    drafts.find_map(|draft| draft.try_out(report));
}

/// A source with words for values, and where each stretch of it comes from.
struct Draft<'a> {
    text: String,
    stretches: Vec<Stretch<'a>>,
    file: &'a File,
    partials: &'a BTreeMap<String, File>,
    choice: Choice,
    blocks: usize,
    steps: usize,
}

struct Stretch<'a> {
    /// Where it begins in the draft, in bytes.
    start: usize,
    file: &'a File,
    at: Place,
}

impl<'a> Draft<'a> {
    fn write(file: &'a File, partials: &'a BTreeMap<String, File>, choice: Choice) -> Draft<'a> {
        let mut draft =
            Draft { text: String::new(), stretches: Vec::new(), file, partials, choice, blocks: 0, steps: 0 };
        draft.nodes(file, &file.nodes);
        draft
    }

    fn nodes(&mut self, file: &'a File, nodes: &'a [Node]) {
        for node in nodes {
            self.steps += 1;
            if self.is_too_large() {
                return;
            }
            match node {
                Node::Text { text, at } => self.put(file, *at, text),
                Node::Output(expr) => self.put(file, expr.at(), word(expr)),
                Node::Block(block) => self.block(file, block),
                Node::Partial(partial) => {
                    if let Some(target) = self.partials.get(&partial.name) {
                        self.nodes(target, &target.nodes);
                    }
                }
            }
        }
    }

    fn block(&mut self, file: &'a File, block: &'a Block) {
        let number = self.blocks;
        self.blocks += 1;
        let body = match self.choice {
            Choice::Bodies => true,
            Choice::AllBut(other) => other != number,
            Choice::Inverses => false,
        };
        let branch = if body { &block.body } else { &block.inverse };
        self.nodes(file, branch);
    }

    fn is_too_large(&self) -> bool {
        self.steps > STEPS || self.text.len() > MJML_LIMIT
    }

    fn put(&mut self, file: &'a File, at: Place, text: &str) {
        self.stretches.push(Stretch { start: self.text.len(), file, at });
        self.text.push_str(text);
    }

    /// Tells what is wrong, if something is.
    fn try_out(&self, report: &mut Report) -> Option<()> {
        let tried = catch_unwind(AssertUnwindSafe(|| to_html(&self.text, usize::MAX)));
        let (why, at) = match tried {
            _ if self.is_too_large() => (format!("the MJML grows past {MJML_LIMIT} bytes"), None),
            Ok(Ok(_)) => return None,
            Ok(Err(fault)) => (fault.to_string(), fault.at),
            Err(_) => ("what makes HTML of MJML cannot cope with this".to_owned(), None),
        };
        let (file, place) = at.and_then(|at| self.place(at)).unwrap_or((self.file, None));
        let hint = why.starts_with("MJML has no <").then(|| ELEMENTS.to_owned());
        report.add(file, place, why, hint);
        Some(())
    }

    /// The place in a file that a byte of the draft comes from.
    fn place(&self, byte: usize) -> Option<(&'a File, Option<Place>)> {
        let index = self.stretches.partition_point(|stretch| stretch.start <= byte).checked_sub(1)?;
        let stretch = self.stretches.get(index)?;
        let before = self.text.get(stretch.start..byte).unwrap_or_default();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let at = match before.rsplit_once('\n') {
            None => {
                let column = stretch.at.column.saturating_add(count(before.chars().count()));
                Place { column, ..stretch.at }
            }
            Some((lines, line)) => Place {
                line: stretch.at.line.saturating_add(count(lines.matches('\n').count() + 1)),
                column: count(line.chars().count() + 1),
            },
        };
        Some((stretch.file, Some(at)))
    }
}

/// What stands for a value. It fits between tags and into attributes of all kinds.
fn word(expr: &Expr) -> &'static str {
    match expr {
        Expr::Call(call) => match call.helper {
            Helper::Button => "<table><tr><td><a href=\"https://x.example/\">x</a></td></tr></table>",
            Helper::Link => "<a href=\"https://x.example/\">x</a>",
            _ => "1",
        },
        Expr::Literal(..) | Expr::Path(_) => "1",
    }
}
