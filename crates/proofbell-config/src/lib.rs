#![doc = include_str!("../README.md")]

mod codes;
mod config_test;
mod configuration;
mod context;
mod cross;
mod diagnostic;
mod duration;
mod files;
mod fingerprint;
mod load;
mod merge;
mod parse;
mod reader;
mod render;
mod report;
mod schema;
mod secret;
mod section;
mod show;
mod source;
mod specimen;
pub mod suggest;
mod template;
mod tree;

pub use codes::{Code, codes};
pub use config_test::{
    ConfigTest, Expectation, Found, LoadedTests, Silence, TestEvent, TestStep, load_tests,
};
pub use configuration::{
    Audience, Channel, Configuration, Limit, OnUnknown, Rate, Redirect, RedirectTo, Server, Source,
    StoreSettings, Verify,
};
pub use diagnostic::{Diagnostic, Location, Severity};
pub use files::{Disk, Embedded, Files, Listed, ListedKind};
pub use load::{Loaded, Request, Secrets, load, process_environment};
pub use render::{Color, render, summary};
pub use report::code::{NOT_NOW, RESTART_NEEDED};
pub use schema::schema;
pub use show::{Replaced, Setting};
