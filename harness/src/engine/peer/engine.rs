//! An engine that comes as a crate: what is said of it, and how its sessions start.

use super::{Gate, Peer, PeerSession, gate};
use crate::engine::{Engine, Error, Mode, Session, unknown_mode};
use wasmparser::WasmFeatures;

/// What is said of an engine.
pub(in super::super) struct About {
    /// Name, as `--engine` takes it.
    pub(in super::super) name: &'static str,
    /// Version that stands in each row.
    pub(in super::super) version: &'static str,
    /// What it is, in one line.
    pub(in super::super) about: &'static str,
    /// The modes that run when none is asked for.
    pub(in super::super) modes: &'static [Mode],
}

/// An engine that comes as a crate; it is an [`Engine`] by what it says here.
pub(in super::super) trait Crate: Send + Sync + 'static {
    /// What is said of it.
    const ABOUT: About;
    /// What its sessions run on.
    type Peer: Peer;

    /// Features that a mode has.
    fn able(&self, mode: &str) -> WasmFeatures;

    /// Those of them that cannot be switched off.
    fn fixed(&self, mode: &str) -> WasmFeatures;

    /// Whether it knows a mode.
    fn knows(&self, mode: &str) -> bool {
        Self::ABOUT.modes.iter().any(|known| known.name == mode)
    }

    /// A store for one script, with these features; or why it does not start.
    fn start(&self, mode: &str, on: WasmFeatures) -> Result<Self::Peer, String>;
}

impl<C: Crate> Engine for C {
    fn name(&self) -> &'static str {
        C::ABOUT.name
    }

    fn version(&self) -> String {
        C::ABOUT.version.to_owned()
    }

    fn about(&self) -> &'static str {
        C::ABOUT.about
    }

    fn modes(&self) -> Vec<Mode> {
        C::ABOUT.modes.to_vec()
    }

    fn has_mode(&self, mode: &str) -> bool {
        self.knows(mode)
    }

    fn missing(&self) -> Vec<String> {
        gate::missing(self.able(C::ABOUT.modes[0].name))
    }

    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        if !self.knows(mode) {
            return Err(unknown_mode(self, mode));
        }
        let gate = Gate::new(features, self.able(mode), self.fixed(mode));
        let peer = self.start(mode, gate.on()).map_err(|reason| Error::Start { engine: C::ABOUT.name, reason })?;
        Ok(Box::new(PeerSession::new(peer, gate)))
    }
}
