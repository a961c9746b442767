//! The life of a child: set up, lock down, report, then one request after the other until the parent closes the channel.

use super::channel::Channel;
use super::{lockdown, panics};
use crate::sandbox::frame::{Message, Opening};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::os::fd::OwnedFd;
use std::process::ExitCode;

/// Exit code when the channel broke or carried nonsense.
const BROKEN_CHANNEL: u8 = 3;
/// Exit code after a fault was reported: the state can no longer be trusted.
const FAULT: u8 = 4;

/// Serves the parent on standard input until it closes the channel.
///
/// `setup` opens what the work needs (models, dictionaries) and is the last chance to open a file by name; after it the
/// process has no file system, network or new processes any more. `handle` answers a request, given the files that came
/// with it, with a response and an optional binary part. A panic in either is caught and told as a place in the source.
pub fn serve<Setup, State, Req, Resp>(
    setup: impl FnOnce(Setup) -> Result<State, String>,
    handle: impl FnMut(&mut State, Req, Vec<OwnedFd>) -> (Resp, Option<Vec<u8>>),
) -> ExitCode
where
    Setup: DeserializeOwned,
    Req: DeserializeOwned,
    Resp: Serialize,
{
    match converse(setup, handle) {
        Ok(code) => code,
        // Whom to tell? The channel is what broke, and standard error is nobody's.
        Err(_) => ExitCode::from(BROKEN_CHANNEL),
    }
}

fn converse<Setup, State, Req, Resp>(
    setup: impl FnOnce(Setup) -> Result<State, String>,
    mut handle: impl FnMut(&mut State, Req, Vec<OwnedFd>) -> (Resp, Option<Vec<u8>>),
) -> io::Result<ExitCode>
where
    Setup: DeserializeOwned,
    Req: DeserializeOwned,
    Resp: Serialize,
{
    panics::keep_only_the_place();
    let parent_death_signal = lockdown::die_with_parent();
    let mut channel = Channel::from_standard_input()?;
    // A parent that died before it was asked for gives no signal any more, and its last message may still be waiting.
    if channel.is_closed()? {
        return Ok(ExitCode::SUCCESS);
    }
    let Some((opening, _)) = channel.receive()? else { return Ok(ExitCode::SUCCESS) };
    let opening: Opening<Setup> = match serde_json::from_slice(&opening) {
        Ok(opening) => opening,
        Err(error) => {
            channel.send(&Message::<Resp>::Refused(format!("the setup message cannot be read: {error}")), &[])?;
            return Ok(ExitCode::from(BROKEN_CHANNEL));
        }
    };
    let mut state = match panics::caught(|| setup(opening.setup)) {
        Ok(Ok(state)) => state,
        Ok(Err(reason)) => {
            channel.send(&Message::<Resp>::Refused(reason), &[])?;
            return Ok(ExitCode::from(FAULT));
        }
        Err(at) => {
            channel.send(&Message::<Resp>::Refused(format!("gave up at {at}")), &[])?;
            return Ok(ExitCode::from(FAULT));
        }
    };
    let mut containment = match lockdown::lock_down(&opening.limits, channel.try_clone()?) {
        Ok(containment) => containment,
        Err(error) => {
            channel.send(&Message::<Resp>::Refused(format!("it could not lock itself down: {error}")), &[])?;
            return Ok(ExitCode::from(FAULT));
        }
    };
    containment.parent_death_signal = parent_death_signal;
    channel.send(&Message::<Resp>::Ready(containment), &[])?;

    while let Some((request, files)) = channel.receive()? {
        let request: Req = serde_json::from_slice(&request)?;
        match panics::caught(|| handle(&mut state, request, files)) {
            Ok((response, blob)) => channel.send(&Message::Answer(response), blob.as_deref().unwrap_or_default())?,
            Err(at) => {
                channel.send(&Message::<Resp>::Fault { at }, &[])?;
                return Ok(ExitCode::from(FAULT));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
