//! From a checked configuration to running parts.

use std::sync::Arc;

use anyhow::Context;
use proofbell_config::{Configuration, OnUnknown, RedirectTo, Source, Verify};
use proofbell_event::{BearerVerifier, Verifier};
use proofbell_pipeline as pipeline;
use proofbell_server::SourceSettings;
use secrecy::{ExposeSecret, SecretString};

/// What the pipeline runs on, what the doors check, and the rest of the configuration.
pub(crate) struct Wired {
    pub(crate) runtime: pipeline::Runtime,
    pub(crate) server: proofbell_config::Server,
    pub(crate) store: proofbell_config::StoreSettings,
    pub(crate) region: Option<String>,
    pub(crate) sources: Vec<Source>,
}

/// Takes a configuration apart for the crates that know nothing of TOML.
pub(crate) fn wire(configuration: Configuration) -> Wired {
    let Configuration { server, store, sources, channels, audiences, engine, redirect, region, .. } =
        configuration;
    let runtime = pipeline::Runtime {
        engine: Arc::new(engine),
        channels: channels.into_iter().map(|(name, settings)| (name, channel(settings))).collect(),
        audiences: audiences.into_iter().map(|(name, settings)| (name, audience(settings))).collect(),
        redirect: redirect.map(redirected),
        keep: store.keep,
    };
    Wired { runtime, server, store, region, sources }
}

impl Wired {
    /// What the public door checks. Secrets that were only assumed make no verifier.
    ///
    /// # Errors
    /// When a secret cannot be used.
    pub(crate) fn source_settings(&self) -> anyhow::Result<Vec<SourceSettings>> {
        self.sources.iter().map(source).collect()
    }
}

fn channel(settings: proofbell_config::Channel) -> pipeline::Channel {
    let rate = settings.limit.rate.map(|rate| pipeline::Rate { count: rate.count.get(), per: rate.per });
    let on_unknown = match settings.on_unknown {
        OnUnknown::Retry => pipeline::OnUnknown::Retry,
        OnUnknown::Dead => pipeline::OnUnknown::Dead,
    };
    pipeline::Channel {
        notifier: settings.notifier,
        rate,
        concurrency: settings.limit.concurrency,
        on_unknown,
        fingerprint: settings.fingerprint,
    }
}

fn audience(settings: proofbell_config::Audience) -> pipeline::Audience {
    let proofbell_config::Audience { directory, give_up, fingerprint } = settings;
    pipeline::Audience { directory, give_up, fingerprint }
}

fn redirected(redirect: proofbell_config::Redirect) -> pipeline::Redirect {
    let to = |target| match target {
        RedirectTo::To(address) => pipeline::RedirectTo::Address(address),
        RedirectTo::Keep => pipeline::RedirectTo::Keep,
        RedirectTo::Drop => pipeline::RedirectTo::Drop,
    };
    pipeline::Redirect {
        to: redirect.by.into_iter().map(|(kind, target)| (kind, to(target))).collect(),
        mark: redirect.mark,
    }
}

fn source(source: &Source) -> anyhow::Result<SourceSettings> {
    let verify = match &source.verify {
        Verify::Svix(secrets) => proofbell_server::Verify::Svix(
            Verifier::new(exposed(secrets))
                .with_context(|| format!("failed to use the secrets of `{}`", source.name))?,
        ),
        Verify::Bearer(tokens) => proofbell_server::Verify::Bearer(
            BearerVerifier::new(exposed(tokens))
                .with_context(|| format!("failed to use the tokens of `{}`", source.name))?,
        ),
        Verify::None => proofbell_server::Verify::None,
    };
    Ok(SourceSettings { name: source.name.clone(), path: source.path.clone(), verify })
}

fn exposed(secrets: &[SecretString]) -> impl Iterator<Item = &str> {
    secrets.iter().map(|secret| secret.expose_secret())
}
