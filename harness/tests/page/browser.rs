//! Headless Chromium, driven by its DevTools protocol over pipes: JSON messages, each terminated by a zero byte.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Maximum time to wait for an answer, since the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Browser {
    process: Child,
    messages: Receiver<Value>,
    sent: u64,
    session: Option<String>,
    /// Uncaught exceptions of the page's script.
    errors: Vec<String>,
    _profile: TempDir,
}

/// Finds Chromium in `PATH`. Without it the tests are skipped, unless `WASSAY_REQUIRE_BROWSER` is set.
fn chromium() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let found =
        std::env::split_paths(&paths).flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("WASSAY_REQUIRE_BROWSER").is_none(), "no Chromium in PATH");
        eprintln!("no Chromium in PATH: the tests of the page are skipped");
    }
    found
}

impl Browser {
    /// Starts Chromium, if there is one.
    pub(crate) fn start() -> Option<Self> {
        let chromium = chromium()?;
        let profile = TempDir::new().expect("a folder");
        // Chromium expects the pipes as file descriptors 3 and 4, which the shell sets up.
        let mut command = Command::new("sh");
        command.args(["-c", r#"exec "$0" "$@" 3<&0 4>&1"#]).arg(chromium);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("Chromium starts");
        let mut answers = BufReader::new(process.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { return };
                if sender.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let mut this = Self { process, messages, sent: 0, session: None, errors: Vec::new(), _profile: profile };
        let target = this.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attached = json!({ "targetId": target["targetId"], "flatten": true });
        this.session = this.call("Target.attachToTarget", &attached)["sessionId"].as_str().map(str::to_owned);
        this.call("Page.enable", &json!({}));
        this.call("Runtime.enable", &json!({}));
        Some(this)
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.sent += 1;
        let id = self.sent;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut text = message.to_string().into_bytes();
        text.push(0);
        self.process.stdin.as_mut().expect("a pipe").write_all(&text).expect("Chromium listens");
        loop {
            let mut answer = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"));
            if answer["method"] == "Runtime.exceptionThrown" {
                self.errors.push(answer["params"]["exceptionDetails"]["exception"]["description"].to_string());
            }
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }

    /// Evaluates a JavaScript expression.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", &params);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    pub(crate) fn text(&mut self, expression: &str) -> String {
        self.eval(expression).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true.
    pub(crate) fn until(&mut self, expression: &str) {
        let begun = Instant::now();
        while self.eval(&format!("Boolean({expression})")) != true {
            let shown = if begun.elapsed() > PATIENCE { self.text("document.body.innerText") } else { String::new() };
            assert!(begun.elapsed() < PATIENCE, "never: {expression}; shown is {shown}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Loads a page at a fragment of its address, and waits until all of its data is unpacked.
    pub(crate) fn open(&mut self, page: &Path, fragment: &str) {
        self.call("Page.navigate", &json!({ "url": "about:blank" }));
        self.call("Page.navigate", &json!({ "url": format!("file://{}#{fragment}", page.display()) }));
        self.until("document.documentElement?.dataset.ready !== undefined");
    }

    /// Follows a link to another fragment.
    pub(crate) fn go(&mut self, fragment: &str) {
        self.eval(&format!("location.hash = {}", json!(fragment)));
        let view = fragment.split('&').find_map(|part| part.strip_prefix("view=")).unwrap_or("matrix");
        self.until(&format!(
            "document.documentElement.dataset.view === {} && '#' + current === {}",
            json!(view),
            json!(format!("#{fragment}"))
        ));
    }

    /// Sends the events of a key.
    pub(crate) fn press(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            _ if key.chars().count() == 1 => key,
            _ => "",
        };
        let code = match key {
            "Enter" => 13,
            "Tab" => 9,
            "Escape" => 27,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({ "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code });
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    pub(crate) fn write(&mut self, text: &str) {
        text.chars().for_each(|c| self.press(&c.to_string()));
    }

    /// Sets the size of the window and the preferred colour scheme.
    pub(crate) fn screen(&mut self, width: u32, height: u32, scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", &features);
    }

    /// Writes a screenshot to the folder `WASSAY_SCREENSHOTS`, if it is set.
    pub(crate) fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("WASSAY_SCREENSHOTS").filter(|folder| !folder.is_empty()) else { return };
        std::fs::create_dir_all(&folder).expect("a folder");
        let data = self.call("Page.captureScreenshot", &json!({ "format": "png" }))["data"].take();
        let data = BASE64_STANDARD.decode(data.as_str().expect("a picture")).expect("base64");
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), data).expect("a file");
    }

    /// Checks that the page's script threw no exceptions.
    pub(crate) fn assert_sound(&self) {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
