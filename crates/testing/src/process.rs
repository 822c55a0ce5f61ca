//! A child process that never outlives the test.
//!
//! A test can end without running a destructor: it is killed, it aborts, or the program lives in a static. So the child
//! hangs on a pipe: a shell between us and the child reads it, and when its other end closes, for whatever reason, the
//! shell kills the child. The same pipe carries the names of signals, which spares us from unsafe code.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Runs `"$@"` with its output in the file `$1`, prints its process id, and obeys its standard input: each line is a
/// signal for the child, and the end is its death.
const SUPERVISOR: &str = r#"
log=$1; shift
exec 3<&0
"$@" 3<&- </dev/null >>"$log" 2>&1 &
child=$!
echo "$child"
exec >/dev/null 2>&1
( while read -r signal; do kill -s "$signal" "$child"; done; kill -s KILL "$child" ) <&3 3<&- &
listener=$!
exec 3<&-
wait "$child"
status=$?
kill "$listener"
exit "$status"
"#;

/// Waits until its standard input ends, then removes the folder `$1`. It waits a second first, until the processes that
/// write there are dead too.
const JANITOR: &str = r#"cat >/dev/null; sleep 1; rm -rf -- "$1""#;

/// How often a process is looked at while we wait for its end.
const POLL: Duration = Duration::from_millis(10);

/// A running child. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    pid: u32,
    supervisor: Child,
    signals: Option<ChildStdin>,
}

impl Process {
    /// Starts `command` with its output appended to `log`. Its name in errors is that of the program.
    ///
    /// # Errors
    /// The supervising shell could not be started.
    pub fn start(command: &Command, log: &Path) -> Result<Self> {
        let program = Path::new(command.get_program());
        let name = program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(SUPERVISOR)
            .arg("supervisor")
            .arg(log)
            .arg(program)
            .args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(key, value),
                None => shell.env_remove(key),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        // A group of its own, so that Ctrl-C in a terminal reaches us alone and the order of stopping stays ours.
        shell
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut supervisor = shell.spawn().with_context(|| format!("starting {name}"))?;
        let signals = supervisor.stdin.take();
        let stdout = supervisor
            .stdout
            .take()
            .context("the supervisor's output is a pipe")?;
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .with_context(|| format!("reading the process id of {name}"))?;
        let pid = line
            .trim()
            .parse()
            .with_context(|| format!("reading the process id of {name}"))?;
        Ok(Self {
            name,
            log: log.to_owned(),
            pid,
            supervisor,
            signals,
        })
    }

    /// The process id of the child itself.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The program's file name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file to which the child's output is appended.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Sends a signal by its POSIX name without `SIG`: `TERM`, `KILL`, `STOP`, `CONT`.
    ///
    /// # Errors
    /// The process has ended.
    pub fn signal(&mut self, signal: &str) -> Result<()> {
        let pipe = self
            .signals
            .as_mut()
            .with_context(|| format!("signalling {}, which was stopped", self.name))?;
        writeln!(pipe, "{signal}").with_context(|| format!("sending {signal} to {}", self.name))
    }

    /// How the process ended, or nothing while it runs. A signal shows as 128 plus its number.
    ///
    /// # Errors
    /// The operating system refused to tell.
    pub fn exited(&mut self) -> Result<Option<ExitStatus>> {
        self.supervisor
            .try_wait()
            .with_context(|| format!("looking at {}", self.name))
    }

    /// Asks the process to end with `TERM` and waits for it.
    ///
    /// # Errors
    /// It did not end in time; it is killed then.
    pub fn stop(mut self, patience: Duration) -> Result<ExitStatus> {
        self.signal("TERM")?;
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.exited()? {
                return Ok(status);
            }
            thread::sleep(POLL);
        }
        bail!("{} did not end within {patience:?} of SIGTERM", self.name)
    }

    /// Kills the process and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    /// The last lines of its output, for an error message.
    pub fn log_tail(&self, lines: usize) -> String {
        tail(&self.log, lines)
    }

    fn end(&mut self) {
        self.signals = None;
        // Nothing is left to do about a supervisor that cannot be waited for.
        let _ = self.supervisor.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// A folder that goes away with the process that made it, however that ends.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    janitor: Child,
}

impl Scratch {
    /// Makes an empty folder in the system's temporary folder.
    ///
    /// # Errors
    /// The folder could not be made, or no shell could be started.
    pub fn new(name: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("rheostat-{name}-"))
            .tempdir()
            .context("making a scratch folder")?;
        let janitor = Command::new("sh")
            .args(["-c", JANITOR, "janitor"])
            .arg(folder.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the janitor of a scratch folder")?;
        Ok(Self {
            path: folder.keep(),
            janitor,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // In an ordinary end the folder goes at once and the janitor has nothing to do.
        let _ = fs::remove_dir_all(&self.path);
        let _ = self.janitor.kill();
        let _ = self.janitor.wait();
    }
}

/// The last lines of a file, or nothing where there is none.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// A port of the loopback interface that nobody listens on at the moment.
///
/// # Errors
/// There is none.
pub fn free_port() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("looking for a free port")?;
    Ok(listener
        .local_addr()
        .context("looking for a free port")?
        .port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str, folder: &Path) -> Process {
        let mut command = Command::new("sh");
        command.args(["-c", script]).env("GREETING", "hello");
        Process::start(&command, &folder.join("log")).unwrap()
    }

    #[test]
    fn reports_the_exit_status_and_keeps_the_output() {
        let folder = Scratch::new("process").unwrap();
        let mut process = start("echo $GREETING; exit 3", folder.path());
        let status = loop {
            if let Some(status) = process.exited().unwrap() {
                break status;
            }
            thread::sleep(POLL);
        };
        assert_eq!(
            (status.code(), process.log_tail(1).as_str()),
            (Some(3), "hello")
        );
    }

    #[test]
    fn stops_on_request() {
        let folder = Scratch::new("process").unwrap();
        let process = start(
            "trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done",
            folder.path(),
        );
        while process.log_tail(1) != "ready" {
            thread::sleep(POLL);
        }
        assert_eq!(
            process.stop(Duration::from_secs(10)).unwrap().code(),
            Some(7)
        );
    }

    #[test]
    fn is_gone_once_dropped() {
        let folder = Scratch::new("process").unwrap();
        let process = start("trap '' TERM; while :; do sleep 0.01; done", folder.path());
        let path = PathBuf::from(format!("/proc/{}", process.pid()));
        let is_linux = path.exists();
        drop(process);
        assert!(
            !path.exists(),
            "the child outlived its owner (checked on Linux: {is_linux})"
        );
    }

    #[test]
    fn a_scratch_folder_is_removed() {
        let folder = Scratch::new("process").unwrap();
        let path = folder.path().to_owned();
        fs::write(path.join("file"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
