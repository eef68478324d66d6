//! A real browser with one page in it, as far as these tests need it.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::pipe::Pipe;

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser; it ends with this value.
pub(crate) struct Browser {
    pipe: Pipe,
    session: String,
    next_id: u64,
    /// Everything it reported, in order.
    events: Vec<Value>,
    address: String,
}

/// `CHROMIUM`, else the first of the usual names in `PATH`.
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        assert!(named.exists(), "CHROMIUM names no file: {}", named.display());
        return Some(named);
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

impl Browser {
    /// Opens a page; `None`, after saying so, where there is no Chromium. `name` is unique to the
    /// test.
    pub(crate) fn open(name: &str, html: &str) -> Option<Self> {
        let Some(program) = program().filter(|_| cfg!(unix)) else {
            // Not through the macros, whose output a passing test hides.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED {name}: no Chromium found. Install one, or name it in CHROMIUM."
            );
            return None;
        };
        let mut pipe = Pipe::start(&program, name);
        let file = pipe.folder.join("page.html");
        std::fs::write(&file, html).unwrap();
        let address = format!("file://{}", file.display());
        pipe.send(&json!({ "id": 0, "method": "Target.createTarget", "params": { "url": "about:blank" } }));
        let mut browser =
            Self { pipe, session: String::new(), next_id: 1, events: Vec::new(), address };
        let target = browser.answer(0)["targetId"].clone();
        let attached =
            browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        attached["sessionId"].as_str().unwrap().clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.load("");
        Some(browser)
    }

    /// Loads the page, with this behind its address.
    pub(crate) fn load(&mut self, hash: &str) {
        // Through an empty page: another hash alone would not load anything.
        self.navigate("about:blank");
        let address = format!("{}{hash}", self.address);
        self.navigate(&address);
    }

    fn navigate(&mut self, address: &str) {
        let before = self.events.len();
        self.call("Page.navigate", json!({ "url": address }));
        let until = Instant::now() + PATIENCE;
        while !self.events[before..].iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.pipe.receive(until);
            self.events.push(event);
        }
    }

    /// One command of the protocol, and its result.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.pipe.send(&message);
        self.answer(id)
    }

    fn answer(&mut self, id: u64) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut message = self.pipe.receive(until);
            if message["id"] == id {
                assert!(message["error"].is_null(), "{message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    /// The value of an expression in the page.
    pub(crate) fn js(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].take()
    }

    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.js(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
    }

    /// Until what was asked for is on the screen.
    pub(crate) fn settle(&mut self) {
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
    }

    /// Presses a key as a keyboard does.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            " " => ("Space", 32, " "),
            "ArrowDown" => ("ArrowDown", 40, ""),
            "ArrowRight" => ("ArrowRight", 39, ""),
            "ArrowLeft" => ("ArrowLeft", 37, ""),
            other => ("", 0, other),
        };
        let mut event =
            json!({ "type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number });
        if !text.is_empty() {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", event.clone());
        event["type"] = json!("keyUp");
        if let Some(event) = event.as_object_mut() {
            event.remove("text");
        }
        self.call("Input.dispatchKeyEvent", event);
    }

    /// Types a text and waits for its effect.
    pub(crate) fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.press(&c.to_string());
        }
        self.settle();
    }

    /// Presses Tab until the expression about the focused element `at` is true.
    pub(crate) fn tab_until(&mut self, is_there: &str) {
        for _ in 0..60 {
            self.press("Tab");
            if self.js(&format!("(at => {is_there})(document.activeElement)")) == json!(true) {
                return;
            }
        }
        panic!("60 times Tab do not reach: {is_there}");
    }

    pub(crate) fn prefer(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        self.settle();
    }

    /// What no page may do: ask the network, open dialogs, complain.
    pub(crate) fn misdeeds(&mut self) -> Vec<String> {
        self.settle();
        let is_own =
            |url: &str| url == "about:blank" || url.split('#').next() == Some(&self.address);
        let misdeed = |event: &Value| {
            let params = &event["params"];
            let text = match event["method"].as_str()? {
                "Network.requestWillBeSent" => {
                    let url = params["request"]["url"].as_str()?;
                    return (!is_own(url)).then(|| format!("request of {url}"));
                }
                "Runtime.exceptionThrown" => format!("exception {}", params["exceptionDetails"]),
                "Runtime.consoleAPICalled" => format!("console {}", params["args"]),
                "Log.entryAdded" => format!("log {}", params["entry"]),
                "Page.javascriptDialogOpening" => format!("dialog {}", params["message"]),
                _ => return None,
            };
            Some(text)
        };
        self.events.iter().filter_map(misdeed).collect()
    }
}
