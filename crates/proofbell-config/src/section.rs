//! The sections of a configuration, one module each: from a table to checked values.

pub(crate) mod audience;
pub(crate) mod channel;
pub(crate) mod condition;
pub(crate) mod defaults;
pub(crate) mod glossary;
pub(crate) mod link;
pub(crate) mod plugin;
pub(crate) mod redirect;
pub(crate) mod rule;
pub(crate) mod server;
pub(crate) mod source;
pub(crate) mod store;
pub(crate) mod vars;
