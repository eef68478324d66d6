//! The page in a real Chromium. Where there is none, these tests say so and check nothing.

use std::time::{Duration, Instant};

use serde_json::json;

use iam_policies::model::Usage;

use crate::browser::Browser;
use crate::sample::{many, problem, sample, usage};

/// Names of the variables whose rows are shown.
const SHOWN: &str = "[...document.querySelectorAll('tr.variable .toggle')].map(b => b.textContent)";

#[test]
fn the_page_asks_nobody_and_complains_about_nothing() {
    let Some(mut browser) = Browser::open("quiet", &sample().html()) else { return };
    assert_eq!(browser.text("document.readyState"), "complete");
    assert_eq!(
        browser.text("document.querySelector('h1').textContent"),
        "Permissions of Example Ltd"
    );
    browser.tab_until("at.id === 'query'");
    browser.write("FILES");
    assert_eq!(browser.misdeeds(), Vec::<String>::new());
}

#[test]
fn requests_and_errors_of_a_page_are_noticed() {
    let page = "<!doctype html><img src='http://127.0.0.1:9/x.png'><script>console.error('oh'); \
        setTimeout(() => { throw new Error('thrown') })</script>";
    let Some(mut browser) = Browser::open("noticed", page) else { return };
    let misdeeds = browser.misdeeds().join("\n");
    for text in ["request of http://127.0.0.1:9/x.png", "console", "exception"] {
        assert!(misdeeds.contains(text), "{text} is not in {misdeeds}");
    }
}

#[test]
fn the_policy_of_the_page_stops_what_would_get_in() {
    let page = sample().html();
    let evil = "<script>document.title = 'taken over'</script><img src='http://127.0.0.1:9/x.png'>";
    let page = page.replace("</main>", &format!("{evil}</main>"));
    let Some(mut browser) = Browser::open("policy", &page) else { return };
    assert_eq!(browser.text("document.title"), "Permissions of Example Ltd");
    // Both were tried, which counts as a misdeed, and both were blocked.
    let blocked =
        browser.misdeeds().iter().filter(|misdeed| misdeed.contains("has been blocked")).count();
    assert_eq!(blocked, 2, "{:?}", browser.misdeeds());
    // The page's own script still ran.
    assert_eq!(browser.js(SHOWN).as_array().unwrap().len(), 5);
}

#[test]
fn search_and_filters_narrow_rows_and_survive_in_the_address() {
    let Some(mut browser) = Browser::open("filters", &sample().html()) else { return };
    assert_eq!(browser.js(SHOWN).as_array().unwrap().len(), 5);
    browser.tab_until("at.id === 'query'");
    browser.write("upload bucket");
    assert_eq!(browser.js(SHOWN), json!(["UPLOADS_BUCKET"]));
    assert_eq!(
        browser.text("document.getElementById('status').textContent"),
        "1 of 5 variables in use shown."
    );
    // The address follows a moment later.
    browser.js("new Promise(done => setTimeout(done, 500))");
    assert_eq!(browser.text("location.hash"), "#q=upload+bucket");

    let only = [
        ("gaps", json!(["UPLOADS_BUCKET"])),
        ("findings", json!(["FILES_BUCKET"])),
        ("never", json!(["FILES_BUCKET", "ORDERS_ARCHIVE"])),
        ("stale", json!(["ORDERS_ARCHIVE"])),
    ];
    for (name, expected) in only {
        browser.load("");
        browser.tab_until(&format!("at.id === 'only-{name}'"));
        browser.press(" ");
        browser.settle();
        assert_eq!(browser.js(SHOWN), expected, "{name}");
        browser.load(&format!("#{name}=1"));
        assert_eq!(browser.js(SHOWN), expected, "{name} from the address");
        assert_eq!(
            browser.js(&format!("document.getElementById('only-{name}').checked")),
            json!(true)
        );
    }
    // The number of them in the summary is a link to them.
    browser.load("");
    browser.tab_until("at.closest('#never') !== null");
    browser.press("Enter");
    browser.settle();
    assert_eq!(browser.js(SHOWN), json!(["FILES_BUCKET", "ORDERS_ARCHIVE"]));
    browser.load("#service=thumbs");
    assert_eq!(browser.js(SHOWN), json!(["THUMBS_BUCKET"]));
    // Not even the file, line or ARN is beyond the search.
    for (hash, expected) in
        [("#q=src/orders.rs:17", "ORDERS_ARCHIVE"), ("#q=files_bucket-live/*", "FILES_BUCKET")]
    {
        browser.load(hash);
        assert_eq!(browser.js(SHOWN), json!([expected]), "{hash}");
    }
    browser.load("#%E0%A4%A=%&q=nothing+fits+this");
    assert_eq!(browser.js(SHOWN), json!([]));
    assert_eq!(browser.misdeeds(), Vec::<String>::new());
}

#[test]
fn a_keyboard_alone_opens_and_closes_the_reasons() {
    let Some(mut browser) = Browser::open("keyboard", &sample().html()) else { return };
    let expanded = "document.activeElement.getAttribute('aria-expanded')";
    let detail = "document.querySelector('td.detail')?.innerText ?? ''";
    for (open, close) in [("Enter", "Enter"), (" ", " "), ("ArrowRight", "ArrowLeft")] {
        browser.load("");
        browser.tab_until("at.closest('tr.variable') && at.textContent === 'FILES_BUCKET'");
        assert_eq!(
            (browser.text(expanded), browser.text(detail)),
            ("false".to_owned(), String::new())
        );
        browser.press(open);
        assert_eq!(browser.text(expanded), "true", "{open}");
        let shown = browser.text(detail);
        for text in [
            "arn:aws:s3:::files_bucket-live/*",
            "s3:GetObject at src/files.rs:17",
            "eu-west-1",
            "/amplify/live/files/FILES_BUCKET",
            "never observed",
            "excess-action",
        ] {
            assert!(shown.contains(text), "{text} is not in {shown}");
        }
        for text in ["[object", "false", "undefined", "null"] {
            assert!(!shown.contains(text), "{text} is in {shown}");
        }
        let controls = "document.getElementById(document.activeElement.getAttribute('aria-controls')).className";
        assert_eq!(browser.text(controls), "detail");
        browser.press(close);
        assert_eq!(
            (browser.text(expanded), browser.text(detail)),
            ("false".to_owned(), String::new())
        );
    }
    // From row to row, and a group closes and opens with the focus where it was.
    browser.load("");
    browser.tab_until("at.closest('tr.service') !== null");
    browser.press("ArrowLeft");
    assert_eq!(browser.text(expanded), "false");
    assert_eq!(browser.js(SHOWN), json!(["ORDERS_ARCHIVE", "THUMBS_BUCKET"]));
    browser.press("Enter");
    browser.press("ArrowDown");
    assert_eq!(browser.text("document.activeElement.closest('tr').className"), "function");
    assert_eq!(browser.misdeeds(), Vec::<String>::new());
}

#[test]
fn hostile_names_are_text() {
    let name = "\"><script>alert(1)</script>";
    let mut sample = sample();
    let mut hostile = usage(name, name, name, "2026-11-21");
    hostile.lambda = Some("gpj\u{202e}exe 🙂".to_owned());
    hostile.parameter_path = Some("<img src=x onerror=alert(2)>".to_owned());
    sample.inventory.usages.push(hostile);
    let unnamed = usage("", "api::unnamed", "UNNAMED_BUCKET", "2026-11-21");
    sample.inventory.usages.push(Usage { service: None, ..unnamed });
    sample.inventory.problems.insert(problem(name, "javascript:alert(3)"));
    sample.needed.gaps.insert(problem(name, "<svg onload=alert(4)>"));
    sample.title = name.to_owned();
    sample.grant_all();
    let Some(mut browser) = Browser::open("hostile", &sample.html()) else { return };
    browser.js("document.querySelectorAll('tr.variable .toggle').forEach(b => b.click())");
    browser.settle();
    let shown = browser.text("document.body.innerText");
    for text in
        [name, "gpj\\u{202e}exe 🙂", "<img src=x onerror=alert(2)>", "<svg onload=alert(4)>"]
    {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
    assert_eq!(browser.text("document.title"), name);
    assert_eq!(
        browser.js("[document.scripts.length, document.querySelectorAll('img, svg').length]"),
        json!([2, 0])
    );
    let option =
        browser.js("[...document.querySelectorAll('#service option')].map(o => o.textContent)");
    assert!(option.as_array().unwrap().contains(&json!(name)), "{option}");
    // Variables whose service is not known can be chosen as well, and by address.
    browser.js(
        "(service => { service.value = [...service.options].find(o => o.textContent === '(not named)').value; \
        service.dispatchEvent(new Event('change')); return new Promise(done => setTimeout(done, 500)); \
        })(document.getElementById('service'))",
    );
    assert_eq!(browser.js(SHOWN), json!(["UNNAMED_BUCKET"]));
    let hash = browser.text("location.hash");
    browser.load(&hash);
    assert_eq!(browser.js(SHOWN), json!(["UNNAMED_BUCKET"]));
    assert_eq!(browser.misdeeds(), Vec::<String>::new());
}

#[test]
fn ten_thousand_usages_load_and_are_searched_quickly() {
    let page = many(10_000).html();
    let before = Instant::now();
    let Some(mut browser) = Browser::open("many", &page) else { return };
    let loaded = before.elapsed();
    // The machine may be busy; these are the bounds of being usable at all.
    assert!(loaded < Duration::from_secs(30), "loading took {loaded:?}");
    let rows = browser.js("document.querySelectorAll('#rows tr').length");
    assert!(rows.as_u64().is_some_and(|rows| rows <= 250), "{rows} rows at once");
    let search = "(() => { const from = performance.now(); filter.query = 'bucket_09999'; filterChanged(); \
        document.body.offsetHeight; return Math.round(performance.now() - from); })()";
    let first = browser.js(search);
    assert_eq!(browser.js(SHOWN), json!(["BUCKET_09999"]));
    browser.js("(filter.query = '', filterChanged(), 1)");
    let next = browser.js(search);
    println!("loaded in {loaded:?}, first search {first} ms, next {next} ms, {} bytes", page.len());
    assert!(first.as_u64().is_some_and(|ms| ms < 5_000), "the first search took {first} ms");
    assert!(next.as_u64().is_some_and(|ms| ms < 2_000), "a search took {next} ms");
    // More rows come when asked for, with the focus on the first of them.
    browser.js("(filter.query = '', filterChanged(), document.getElementById('more').click(), 1)");
    assert_eq!(browser.js("document.querySelectorAll('#rows tr').length"), json!(400));
    assert_eq!(browser.js("[...document.querySelectorAll('#rows tr')].indexOf(document.activeElement.closest('tr'))"), json!(200));
    assert_eq!(browser.misdeeds(), Vec::<String>::new());
}
