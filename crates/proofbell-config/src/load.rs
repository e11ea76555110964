//! From files to a checked configuration, or to everything that is wrong with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proofbell_engine::{Audience, Engine, Glossary, Link, Setup, Templates};
use proofbell_notify::{Registry, Toolkit};
use serde_json::{Map, Value};

use crate::context::Context;
use crate::cross::{self, World};
use crate::files::{ListedKind, tidy};
use crate::fingerprint::Fingerprints;
use crate::reader::{At, Scope};
use crate::report::{Finding, Report, code};
use crate::section;
use crate::show;
use crate::source::{Place, Sources};
use crate::specimen;
use crate::template::{self, TemplateSet};
use crate::tree::Table;
use crate::{
    Configuration, Diagnostic, Files, Redirect, Server, Setting, Severity, Source, StoreSettings, merge,
    parse,
};

/// What to load, and with what.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Directories or files. The first is the configuration, each further one is an overlay on those before it.
    pub layers: &'a [PathBuf],
    /// Where they are read from.
    pub files: &'a dyn Files,
    /// Looks an environment variable up, see [`process_environment`].
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// What to do where a secret is not there.
    pub secrets: Secrets,
    /// The kinds of channels that the program was built with.
    pub registry: &'a Registry,
    /// What the channels share.
    pub toolkit: &'a Toolkit,
}

/// What to do where an environment variable or a file that is named is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// It is an error.
    #[default]
    Require,
    /// Any word stands in for it, so that a configuration can be checked where its secrets are not. What comes of it must
    /// not be used to receive or to send.
    Assume,
}

/// What came of it.
pub struct Loaded {
    /// The configuration; there is one exactly when no diagnostic is an error.
    pub configuration: Option<Configuration>,
    /// Everything that is wrong or looks so, in the order of the files and their lines.
    pub diagnostics: Vec<Diagnostic>,
    /// Every file that was read: configuration, templates and secrets. When one of them changes, loading again may come to
    /// something else.
    pub files: Vec<PathBuf>,
    /// `[server]`, as far as it can be read though the rest may be refused: where a running server is asked. Absent without any file.
    pub server: Option<Server>,
    tree: Table,
    replaced: Vec<merge::Replaced>,
    sources: Sources,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded")
            .field("configuration", &self.configuration)
            .field("diagnostics", &self.diagnostics)
            .finish_non_exhaustive()
    }
}

impl Loaded {
    /// Whether the configuration is refused.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// What is set at a key or below it (`channel.email`), with the place that it comes from. Secrets are masked.
    pub fn show(&self, key: &str) -> Vec<Setting> {
        show::settings(&self.sources, &self.tree, &self.replaced, key)
    }

    /// Where a key at which nothing is set goes astray: the nearest one that is set, and which there are.
    pub fn suggest(&self, key: &str) -> String {
        show::suggest(&self.tree, key)
    }
}

/// An environment variable of this process; one that is not UTF-8 counts as not set.
pub fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads, merges and checks a configuration. Every problem in every file is found in one go.
///
/// Nothing beyond the files is touched: no network, no store, no clock.
pub fn load(request: &Request<'_>) -> Loaded {
    let sources = Sources::default();
    let report = Report::default();
    let cx = Context::new(request.files, request.environment, request.secrets, &sources, &report);
    let (mut tree, mut replaced) = (Table::default(), Vec::new());
    for (index, layer) in request.layers.iter().enumerate() {
        let layer = read_layer(&cx, layer);
        match index {
            0 => tree = layer,
            _ => merge::overlay(&mut tree, layer, &mut replaced),
        }
    }
    show::warn_of_written_secrets(&cx, &tree);
    let home = request.layers.first().map(|layer| home(request.files, layer)).unwrap_or_default();
    let (server, configuration) = match sources.first() {
        Some(first) => {
            // The root has no place of its own; nothing is ever reported at it.
            let root = Scope::of(&cx, &tree, Place::of(first, 0..0), String::new());
            let sections = sections(&root, &home, request);
            (Some(sections.server.clone()), read(&cx, &tree, sections))
        }
        None => (None, None),
    };
    let files = cx.read_files();
    let configuration = configuration.filter(|_| !report.has_errors());
    let diagnostics = report.finish(&sources);
    Loaded { configuration, diagnostics, files, server, tree, replaced, sources }
}

/// Where default paths count from.
fn home(files: &dyn Files, layer: &Path) -> PathBuf {
    match files.list(layer) {
        Ok(_) => layer.to_owned(),
        Err(_) => layer.parent().map(Path::to_owned).unwrap_or_default(),
    }
}

/// The files of one layer, merged: a file, or every `*.toml` directly in a directory.
fn read_layer(cx: &Context<'_>, layer: &Path) -> Table {
    let mut tree = Table::default();
    let listed = match cx.files.list(layer) {
        Ok(listed) => listed,
        Err(_) if !cx.files.exists(layer) => {
            let message = format!("there is no {}", tidy(layer).display());
            let hint = "--config names the configuration, --overlay what lies on top; `proofbell init` writes one to start from";
            cx.report.push(Finding::error(code::UNREADABLE, None, message).hint(hint));
            return tree;
        }
        Err(_) => {
            read_file(cx, layer, &mut tree);
            return tree;
        }
    };
    let mut any = false;
    for listed in listed.iter().filter(|listed| listed.kind == ListedKind::File && is_toml(&listed.name)) {
        any = true;
        read_file(cx, &layer.join(&listed.name), &mut tree);
    }
    if !any {
        let message = format!("there is no *.toml file in {}", tidy(layer).display());
        cx.report
            .push(Finding::error(code::UNREADABLE, None, message).hint("name the directory that holds them"));
    }
    tree
}

pub(crate) fn is_toml(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "toml")
}

fn read_file(cx: &Context<'_>, path: &Path, tree: &mut Table) {
    match cx.files.read(path) {
        Ok(text) => {
            let id = cx.sources.add(path.to_owned(), text);
            merge::add(cx.sources, cx.report, tree, parse::parse(cx.sources, cx.report, id));
        }
        Err(error) => {
            let message = format!("the file {} cannot be read: {error}", tidy(path).display());
            cx.report.push(Finding::error(code::UNREADABLE, None, message));
        }
    }
}

/// Every section, as far as it could be read.
struct Sections {
    server: Server,
    store: StoreSettings,
    sources: Vec<Source>,
    defaults: section::defaults::Read,
    vars: Map<String, Value>,
    links: BTreeMap<String, section::link::Read>,
    glossary: Glossary,
    channels: BTreeMap<String, section::channel::Read>,
    redirect: Option<Redirect>,
    audiences: BTreeMap<String, section::audience::Read>,
    rules: Vec<section::rule::Read>,
    templates: TemplateSet,
}

/// Checks what the sections say of each other.
fn read(cx: &Context<'_>, tree: &Table, mut sections: Sections) -> Option<Configuration> {
    let links: BTreeMap<String, Link> =
        sections.links.iter().map(|(name, read)| (name.clone(), read.link.clone())).collect();
    let compiled = template::compile(cx, &sections.templates, &links, &sections.defaults.defaults.locale);
    let templates = &compiled.sound;
    template::check_words(cx, &sections.templates, templates, &sections.vars, &sections.glossary);
    let world = World {
        cx,
        channels: &sections.channels,
        audiences: &sections.audiences,
        rules: &sections.rules,
        templates: &sections.templates,
        locale: &sections.defaults.defaults.locale,
        locale_is_known: sections.defaults.locale_is_known,
    };
    cross::check(&world, templates, &sections.glossary, &sections.links);
    let used = cross::used_forms(&world);
    let audiences = cross::engine_audiences(&world);
    let fingerprints = Fingerprints::of(cx, tree, sections.defaults.region.as_deref());
    let set = std::mem::take(&mut sections.templates);
    let configuration = assemble(sections, compiled.sound, audiences, &fingerprints);
    specimen::check(cx, &set, &configuration.engine, &used);
    compiled.whole.then_some(configuration)
}

/// Reads section by section.
fn sections(root: &Scope<'_>, home: &Path, request: &Request<'_>) -> Sections {
    let server = section::server::read(root);
    let store = section::store::read(root, home);
    let sources = section::source::read(root);
    let defaults = section::defaults::read(root);
    let region = defaults.region.as_deref();
    let vars = section::vars::read(root);
    let links = section::link::read(root, &vars);
    let glossary = section::glossary::read(root);
    let channels = section::channel::read(root, request.registry, request.toolkit);
    let kinds = channels.values().filter_map(|channel| Some(channel.facts()?.address.as_str())).collect();
    let redirect = section::redirect::read(root, &kinds, region);
    let audiences = section::audience::read(root, region, request.toolkit);
    let rules = section::rule::read(root);
    let templates = templates(root, home);
    root.later("digest", "digests come in a later version");
    root.finish();
    Sections {
        server,
        store,
        sources,
        defaults,
        vars,
        links,
        glossary,
        channels,
        redirect,
        audiences,
        rules,
        templates,
    }
}

fn assemble(
    sections: Sections,
    templates: Templates,
    audiences: BTreeMap<String, Audience>,
    fingerprints: &Fingerprints,
) -> Configuration {
    let section::defaults::Read { defaults, region, .. } = sections.defaults;
    let rules = sections.rules.into_iter().filter(|rule| rule.enabled);
    let facts = sections.channels.iter().filter_map(|(name, channel)| Some((name.clone(), channel.facts()?)));
    let setup = Setup {
        rules: rules.map(section::rule::Read::into_rule).collect(),
        audiences,
        channels: facts.collect(),
        glossary: sections.glossary,
        vars: sections.vars,
        templates,
        links: sections.links.into_iter().map(|(name, read)| (name, read.link)).collect(),
        defaults: defaults.clone(),
    };
    let unmade = sections.channels.iter().filter(|(_, channel)| channel.facts().is_none());
    let unmade_channels = unmade.map(|(name, _)| name.clone()).collect();
    let channels = sections.channels.into_iter().filter_map(|(name, channel)| {
        let fingerprint = fingerprints.channel(&name);
        Some((name, channel.into_channel(fingerprint)?))
    });
    let found = sections.audiences.into_iter().filter_map(|(name, audience)| {
        let fingerprint = fingerprints.audience(&name);
        Some((
            name,
            crate::Audience { directory: audience.directory?, give_up: audience.give_up, fingerprint },
        ))
    });
    Configuration {
        server: sections.server,
        store: sections.store,
        sources: sections.sources,
        channels: channels.collect(),
        unmade_channels,
        audiences: found.collect(),
        engine: Engine::new(setup),
        redirect: sections.redirect,
        defaults,
        region,
    }
}

/// `[template]`, and the files in its directory.
fn templates(root: &Scope<'_>, home: &Path) -> TemplateSet {
    let section = root.table("template");
    let read = || section.as_ref().and_then(|section| section.string("dir"));
    let (dir, assumed) = root.cx.with_assumed(read);
    if let Some(section) = &section {
        section.finish();
    }
    match dir {
        Some(_) if assumed => TemplateSet::unread(),
        Some(At { value, at }) => {
            template::read(root.cx, &root.cx.sources.directory(at.file()).join(value), Some(at))
        }
        None => template::read(root.cx, &home.join("../templates"), None),
    }
}
