//! Every route with every role, against the table of rights: through real HTTP, with what the table says and not a copy of it.

use muniment::access::{Permission, extent};
use muniment::chart::Role;
use muniment::server::{Access, access_table};
use reqwest::Method;

use super::site::{Browser, Site};

/// A path with every parameter filled in by an id that nothing has.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        part if part.starts_with('{') => "01890000-0000-7000-8000-000000000000",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What the guard says, whatever the handler does afterwards.
#[derive(Debug, PartialEq)]
enum Verdict {
    NotSignedIn,
    Denied,
    LetThrough,
}

async fn verdict(browser: &Browser, method: &str, path: &str) -> Verdict {
    let method: Method = method.parse().unwrap();
    // A body that no handler can use: what is let through fails there, and changes nothing.
    let body = (method != Method::GET).then(|| serde_json::json!({ "no handler takes this": true }));
    let is_head = method == Method::HEAD;
    let answer = browser.send(method, &filled(path), body).await;
    if is_head {
        // Such an answer has no body that would tell more.
        return match answer.status {
            401 => Verdict::NotSignedIn,
            403 => Verdict::Denied,
            _ => Verdict::LetThrough,
        };
    }
    let code = serde_json::from_str(&answer.text).map(|value: serde_json::Value| value["code"].clone());
    match (answer.status, code.ok().as_ref().and_then(|code| code.as_str())) {
        (401, Some("not-signed-in")) => Verdict::NotSignedIn,
        (403, Some("denied")) => Verdict::Denied,
        (status, code) => {
            assert!(status < 500, "{path}: {status} {code:?} {}", answer.text);
            Verdict::LetThrough
        }
    }
}

fn may(roles: &[Role], access: Access) -> bool {
    match access {
        Access::Public | Access::Own | Access::SignedIn | Access::Local(_) => true,
        Access::May(permission) => roles.iter().any(|role| extent(*role, permission).is_some()),
    }
}

#[tokio::test]
async fn every_route_is_open_to_exactly_the_roles_of_the_table() {
    let site = Site::open().await;
    let table = access_table();
    assert!(table.len() > 20, "the table was not found");
    let mut wrong = Vec::new();
    let mut checked = 0;
    for route in &table {
        let anonymous = verdict(&site.browser(), &route.method, &route.path).await;
        let open = matches!(route.access, Access::Public | Access::Local(_));
        if (anonymous == Verdict::NotSignedIn) == open {
            wrong.push(format!("{} {} for nobody: {anonymous:?}", route.method, route.path));
        }
    }
    let nothing = site.add("nobody", &[]).await;
    let mut people = vec![(Vec::new(), site.program(nothing, None).await)];
    for role in Role::ALL {
        let person = site.add(role.name(), &[role]).await;
        people.push((vec![role], site.program(person, None).await));
    }
    for (roles, browser) in &people {
        for route in &table {
            let expected = if may(roles, route.access) { Verdict::LetThrough } else { Verdict::Denied };
            let said = verdict(browser, &route.method, &route.path).await;
            checked += 1;
            // What is open to all who are signed in may still be denied further in, by the same permissions.
            let further_in = matches!(route.access, Access::SignedIn | Access::Own) && said == Verdict::Denied;
            if said != expected && !further_in {
                wrong.push(format!("{} {} for {roles:?}: {said:?}, not {expected:?}", route.method, route.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    println!("{checked} pairs of route and role agree with the table");
}

#[tokio::test]
async fn who_was_disabled_is_let_through_nowhere() {
    let site = Site::open().await;
    let gone = site.add("gone", &Role::ALL).await;
    let browser = site.program(gone, None).await;
    site.app.asked_by(site.administrator).dismiss(gone).await.unwrap();
    for route in access_table() {
        if !matches!(route.access, Access::Public | Access::Local(_)) {
            let said = verdict(&browser, &route.method, &route.path).await;
            assert_eq!(said, Verdict::NotSignedIn, "{} {}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn a_token_of_one_scope_opens_no_other_route() {
    let site = Site::open().await;
    let all = site.add("all", &Role::ALL).await;
    let browser = site.program(all, Some(&[Permission::ViewPeople.name()])).await;
    for route in access_table() {
        let expected = match route.access {
            Access::Public | Access::Local(_) => continue,
            Access::May(Permission::ViewPeople) => Verdict::LetThrough,
            _ => Verdict::Denied,
        };
        assert_eq!(verdict(&browser, &route.method, &route.path).await, expected, "{} {}", route.method, route.path);
    }
}
