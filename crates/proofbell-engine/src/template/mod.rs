//! Templates: a strict part of Handlebars, checked before any event comes.
//!
//! The language is read, checked and rendered here. The `handlebars` crate (6.4) ends the whole process on partials that call
//! each other, lets a name that was handed to a partial hide the names inside its loops, copies the whole context for each
//! partial, and cannot be stopped while nothing is printed. The tests compare what both render.

mod ast;
mod check;
mod escape;
mod expression;
mod helper;
mod html;
mod lex;
mod markdown;
mod mjml;
mod output;
mod parse;
mod render;
mod report;
mod scope;
mod set;
mod shape;
mod source;

pub use render::DeadLinks;
pub use set::Templates;
pub use source::{
    ButtonSource, ButtonTarget, FrontMatter, Markup, PartialSource, TemplateProblem, TemplateSource, TextPart,
};

pub(crate) use ast::File;
pub(crate) use escape::html_into;
pub(crate) use markdown::blocks;
pub(crate) use mjml::{MJML_LIMIT, to_html};
pub(crate) use output::Style;
pub(crate) use render::call::truncate;
pub(crate) use render::{Facts, Halt, Stop, render};
pub(crate) use set::{Target, Template, is_color};

#[cfg(test)]
mod tests;
