//! What the locations of the archive really enforce, in plain words.

use super::{Check, bad, good, warning};
use crate::app::App;
use crate::app::config::Config;
use crate::archive::vault::{Enforcement, Probe, VaultKind};
use crate::archive::{LockMode, Vault};

/// How far the store's clock may be from the program's, in seconds: disposal refuses beyond it.
const LARGEST_DIFFERENCE: u64 = 300;

/// Probes the archive, and the replica where there is one.
pub(super) async fn check(app: &App, checks: &mut Vec<Check>) {
    checks.extend(probed("archive", &app.vault, &app.config).await);
    match app.replica().await {
        Ok(Some(replica)) => checks.extend(probed("replica", replica, &app.config).await),
        Ok(None) => {}
        Err(cause) => checks.push(bad("replica", cause.to_string())),
    }
}

/// Says what is amiss with what is archived, and whether somebody looks after it.
pub(super) async fn custody(app: &App, checks: &mut Vec<Check>) {
    let (alerts, duties) = match (app.alerts().await, app.store.duties().await) {
        (Ok(alerts), Ok(duties)) => (alerts, duties),
        (Err(cause), _) => return checks.push(bad("custody", cause.to_string())),
        (_, Err(cause)) => return checks.push(bad("custody", cause.to_string())),
    };
    if alerts.is_empty() {
        checks.push(if duties.is_empty() {
            good("custody", "no worker has looked after the archive yet; muniment worker does".to_owned())
        } else {
            good("custody", format!("{} kinds of work are done on schedule; muniment fixity status", duties.len()))
        });
    }
    checks.extend(alerts.iter().map(|alert| bad("custody", alert.to_string())));
}

async fn probed(name: &'static str, vault: &Vault, config: &Config) -> Vec<Check> {
    match vault.probe().await {
        Err(cause) => vec![bad(name, cause.to_string())],
        Ok(probe) => match probe.kind {
            VaultKind::Folder => folder(name, &probe),
            VaultKind::S3 => bucket(name, &probe, config),
        },
    }
}

/// A folder enforces nothing by itself, and nothing here may sound as if it did.
fn folder(name: &'static str, probe: &Probe) -> Vec<Check> {
    let location = &probe.location;
    if !matches!((&probe.lock, &probe.hold), (Enforcement::Program(_), Enforcement::Program(_))) {
        return vec![bad(name, format!("{location}: the program's own locks do not hold; report this as a fault"))];
    }
    vec![warning(
        name,
        format!(
            "{location}: locks and holds are the program's own. They stop this program and nobody else: whoever may \
             write to the folder can delete records and rewrite the ledger unseen. This is no WORM storage; for that, \
             name a bucket with Object Lock in [archive]"
        ),
    )]
}

fn bucket(name: &'static str, probe: &Probe, config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    let location = &probe.location;
    let mut tell = |rule: &str, finding: &Enforcement, grade: fn(&'static str, String) -> Check| match finding {
        Enforcement::Store => {}
        Enforcement::Program(why) => checks.push(good(name, format!("{rule}: by the program, not the server: {why}"))),
        Enforcement::Nobody(why) => checks.push(grade(name, format!("{rule}: NOT ENFORCED: {why}"))),
        Enforcement::Unknown(why) => checks.push(warning(name, format!("{rule}: not known: {why}"))),
    };
    tell("earlier versions are kept", &probe.versioning, bad);
    tell(
        "locked versions cannot be deleted",
        &probe.lock,
        if config.deposit.lock_seconds == 0 { warning } else { bad },
    );
    tell("held versions cannot be deleted", &probe.hold, bad);
    if config.deposit.lock_mode == LockMode::Governance && probe.lock.is_by_store() {
        tell("locks in governance mode hold against these credentials", &probe.bypass, warning);
    }
    tell("a key is created once", &probe.conditional_put, warning);
    tell("Content-MD5 is checked", &probe.checksum, bad);
    if !probe.checksum.is_by_store() {
        tell("x-amz-checksum-sha256 is checked", &probe.sha256, warning);
    }
    if config.deposit.lock_seconds == 0 {
        checks.push(warning(name, "records are not locked at all: deposit.lock_seconds is 0".to_owned()));
    }
    if probe.clock_difference.unsigned_abs() > LARGEST_DIFFERENCE {
        let seconds = probe.clock_difference;
        checks
            .push(bad(name, format!("the server's clock differs by {seconds} s; set the clocks, or disposal refuses")));
    }
    let tried = "tried with throw-away objects: versions, locks, holds, checksums";
    checks.insert(0, good(name, format!("{location}; {tried}; what follows, if anything, is not the server's doing")));
    checks
}
