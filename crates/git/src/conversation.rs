//! One conversation with a server: handshake, listing, decision, pack.
//!
//! Everything here blocks. No repository is made: the only state is a folder
//! for the pack.

use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;

use gix_hash::ObjectId;
use gix_object::find::Never;
use gix_pack::bundle::write::Options as PackOptions;
use gix_protocol::fetch::{Arguments, Context, Options, Response, Shallow, Tags, negotiate};
use gix_protocol::ls_refs::RefPrefixes;
use gix_protocol::{Handshake, LsRefsCommand};
use gix_transport::client::blocking_io::http::Transport;
use gix_transport::{Protocol, Service};
use gix_utils::progress::Discard;
use rheostat_upstream::failure;

use crate::checkout::Pack;
use crate::reference::Reference;
use crate::remote::FetchError;
use crate::select::{Listed, Selection, select};
use crate::transport::{Connection, Slot};

/// A conversation after its handshake.
pub(crate) struct Conversation {
    transport: Transport<Connection>,
    handshake: Handshake,
    failure: Slot,
}

/// Largest object that is decoded. Manifests have kilobytes; the archive of
/// a source as a whole may have twice as much.
const MAX_OBJECT_BYTES: usize = 256 * 1024 * 1024;

impl Conversation {
    /// Greets the server at `url`, which holds no credentials.
    pub(crate) fn open(connection: Connection, url: &str) -> Result<Self, FetchError> {
        let failure = connection.failure();
        let url = url
            .try_into()
            .map_err(|error: gix_error::Error| FetchError::Protocol(failure::chain(&error)))?;
        let mut transport = Transport::new_http(connection, url, Protocol::V2, false);
        let handshake = gix_protocol::handshake(
            &mut transport,
            Service::UploadPack,
            // Credentials are sent from the start; there are no others.
            |_| Ok(None),
            Vec::new(),
            &mut Discard,
        );
        match handshake {
            Ok(handshake) => Ok(Self {
                transport,
                handshake,
                failure,
            }),
            Err(error) => Err(told(&failure, &error)),
        }
    }

    /// Decides which commit is meant.
    pub(crate) fn select(&mut self, reference: &Reference) -> Result<Selection, FetchError> {
        let listed = self.list(&reference.prefixes())?;
        let selected = select(reference, &listed);
        let is_in_vain = selected
            .as_ref()
            .map_or(true, |selection| selection.wants.is_empty());
        if is_in_vain && self.list(&[])?.is_empty() {
            return Err(FetchError::Empty);
        }
        selected.map_err(FetchError::Select)
    }

    /// The references whose names begin with one of the prefixes; all of
    /// them without any. Old servers always list all, once.
    fn list(&mut self, prefixes: &[String]) -> Result<Vec<Listed>, FetchError> {
        if let Some(refs) = &self.handshake.refs {
            return Ok(refs.iter().filter_map(Listed::new).collect());
        }
        let mut wanted = RefPrefixes::new();
        wanted.extend(prefixes.iter().map(|prefix| prefix.as_str().into()));
        let command = LsRefsCommand::new(Some(wanted), &self.handshake.capabilities, agent());
        let refs = command
            .invoke_blocking(&mut self.transport, &mut Discard, false)
            .map_err(|error| told(&self.failure, &error))?;
        Ok(refs.iter().filter_map(Listed::new).collect())
    }

    /// Fetches what was selected into `folder`.
    pub(crate) fn fetch(
        mut self,
        selection: &Selection,
        folder: &Path,
        is_cancelled: &AtomicBool,
    ) -> Result<Pack, FetchError> {
        let shallow = if selection.needs_history || !self.can_be_shallow() {
            Shallow::NoChange
        } else {
            Shallow::DepthAtRemote(std::num::NonZeroU32::MIN)
        };
        let object_hash = gix_hash::Kind::Sha1;
        let mut pack = None;
        let fetched = gix_protocol::fetch(
            &mut Wants(&selection.wants),
            |reader, progress, is_cancelled| {
                pack = Some(gix_pack::Bundle::write_to_directory(
                    reader,
                    Some(folder),
                    progress,
                    is_cancelled,
                    None::<Never>,
                    object_hash,
                    PackOptions {
                        // Sources are fetched side by side already.
                        thread_limit: Some(1),
                        alloc_limit_bytes: Some(MAX_OBJECT_BYTES),
                        ..PackOptions::default()
                    },
                )?);
                Ok(true)
            },
            Discard,
            is_cancelled,
            Context {
                handshake: &mut self.handshake,
                transport: &mut self.transport,
                user_agent: agent(),
                trace_packetlines: false,
            },
            Options {
                shallow_file: folder.join("shallow"),
                shallow: &shallow,
                tags: Tags::None,
                reject_shallow_remote: false,
            },
        );
        fetched.map_err(|error| told(&self.failure, &error))?;
        let bundle = pack
            .and_then(|written| written.to_bundle())
            .ok_or_else(|| FetchError::Protocol("the server sent no pack".to_owned()))?
            .map_err(|error| told(&self.failure, &error))?;
        Ok(Pack::new(bundle))
    }

    fn can_be_shallow(&self) -> bool {
        let capabilities = &self.handshake.capabilities;
        match self.handshake.server_protocol_version {
            Protocol::V2 => capabilities
                .capability("fetch")
                .and_then(|fetch| fetch.supports("shallow"))
                .unwrap_or(false),
            Protocol::V0 | Protocol::V1 => capabilities.contains("shallow"),
        }
    }
}

fn agent() -> gix_protocol::command::Feature {
    let version = concat!("rheostat/", env!("CARGO_PKG_VERSION"));
    ("agent", Some(version.to_owned()))
}

/// What really happened, where the transport knows, else what the library
/// says.
fn told(slot: &Slot, error: &gix_error::Error) -> FetchError {
    let failure = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match failure {
        Some(failure) => FetchError::Transport(failure),
        None => FetchError::Protocol(failure::chain(error)),
    }
}

/// Asks for objects without having any.
struct Wants<'a>(&'a [ObjectId]);

impl gix_protocol::fetch::Negotiate for Wants<'_> {
    fn mark_complete_and_common_ref(&mut self) -> gix_error::Result<negotiate::Action> {
        Ok(negotiate::Action::MustNegotiate {
            remote_ref_target_known: Vec::new(),
        })
    }

    fn add_wants(&mut self, arguments: &mut Arguments, _known: &[bool]) -> bool {
        for id in self.0 {
            arguments.want(id);
        }
        !self.0.is_empty()
    }

    fn one_round(
        &mut self,
        _state: &mut negotiate::one_round::State,
        _arguments: &mut Arguments,
        _previous_response: Option<&Response>,
    ) -> gix_error::Result<(negotiate::Round, bool)> {
        let round = negotiate::Round {
            haves_sent: 0,
            in_vain: 0,
            haves_to_send: 0,
            previous_response_had_at_least_one_in_common: false,
        };
        Ok((round, true))
    }
}
