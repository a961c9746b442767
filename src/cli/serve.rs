//! `muniment serve`: the working place for people in a browser, and the work behind it, in one process.

use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::sync::oneshot;

use super::exit::{CommandError, Ended};
use super::ingest::stop_on_ctrl_c;
use super::output::{Output, warn};
use super::start::Place;
use crate::app::App;
use crate::app::listening::{Listening, ServerEntry, TlsFiles};

/// Serves the working place to browsers and programs, reads what arrives, and looks after the archive, until stopped.
///
/// The address is one of this machine unless TLS is spoken: give a certificate, or say that a proxy speaks it. While nobody
/// is known to the archive, a link is printed that signs in once and makes whoever opens it the first administrator.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen at [default: the configured one, 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Certificate (with those above it) for TLS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy in front speaks TLS, and says who asks in X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
    /// Serves only; `muniment worker` reads pages and looks after the archive
    #[arg(long)]
    no_work: bool,
    /// Prints the OpenAPI document of the HTTP interface and ends
    #[arg(long, hide = true)]
    print_openapi: bool,
}

/// Runs the server.
pub async fn run(args: &Args, place: &Place<'_>, entry: ServerEntry, output: Output) -> Result<Ended, CommandError> {
    if args.print_openapi {
        output.raw((entry.describe)().as_bytes())?;
        return Ok(Ended::Well);
    }
    let app = place.open().await?;
    serve(&app, args.listening(&app), entry, output).await
}

impl Args {
    fn listening(&self, app: &App) -> Listening {
        let config = &app.config.server;
        let configured = (!config.tls_certificate.as_os_str().is_empty())
            .then(|| TlsFiles { certificate: config.tls_certificate.clone(), key: config.tls_key.clone() });
        let given = self.tls_cert.clone().zip(self.tls_key.clone());
        let given = given.map(|(certificate, key)| TlsFiles { certificate, key });
        Listening {
            address: self.listen.unwrap_or(config.listen),
            tls: given.or(configured),
            behind_proxy: self.behind_proxy || config.behind_proxy,
            work: !self.no_work,
        }
    }
}

/// Serves until the program is told to stop.
pub async fn serve(app: &App, listening: Listening, entry: ServerEntry, output: Output) -> Result<Ended, CommandError> {
    let stop = stop_on_ctrl_c();
    let (sender, receiver) = oneshot::channel();
    let ready = Box::new(move |address| {
        // Nobody listens any more only when the server failed right away.
        let _ = sender.send(address);
    });
    let scheme = if listening.tls.is_some() { "https" } else { "http" };
    let welcome = async {
        let Ok(address) = receiver.await else { return Ok(()) };
        welcome(app, scheme, address, output).await
    };
    let (served, welcomed) = tokio::join!((entry.serve)(app.clone(), listening, stop, ready), welcome);
    served?;
    welcomed?;
    Ok(Ended::Well)
}

/// Says where it listens, and how the first person comes in.
async fn welcome(app: &App, scheme: &str, address: SocketAddr, output: Output) -> Result<(), CommandError> {
    let url = match app.config.server.public_url.as_str() {
        "" => format!("{scheme}://{address}"),
        url => url.trim_end_matches('/').to_owned(),
    };
    let link = app.first_link().await?.map(|token| format!("{url}/link#{token}"));
    let told = serde_json::json!({ "listening": address, "url": &url, "first_link": &link });
    output.value(&told, |_| match &link {
        Some(link) => format!(
            "Muniment is at {url}\nNobody is known here yet. This link works once, for one hour, and makes whoever opens it the \
             first administrator:\n  {link}"
        ),
        None => format!("Muniment is at {url}"),
    });
    if !output.json {
        warn("Ctrl-C stops.");
    }
    Ok(())
}
