use std::time::Duration;

use tokio::time::Instant;

use super::{schedule::Schedule, *};
use crate::object::ObjectRef;

const BACKOFF: Backoff = Backoff {
    min: Duration::from_millis(750),
    max: Duration::from_mins(15),
};

/// A schedule with a clock that goes only when it is told to.
struct Played {
    schedule: Schedule,
    now: Instant,
}

impl Played {
    fn new(keys: &[&str]) -> Self {
        let mut played = Self {
            schedule: Schedule::new(BACKOFF),
            now: Instant::now(),
        };
        for text in keys {
            played.wake(text, Cause::Startup);
        }
        played
    }

    fn wake(&mut self, text: &str, cause: Cause) {
        self.schedule.wake(&key(text), cause);
    }

    fn finish(&mut self, text: &str, next: Next) {
        self.schedule.finish(&key(text), next, self.now);
    }

    /// The next turn at this moment.
    fn turn(&mut self) -> Option<String> {
        self.schedule
            .take(self.now)
            .map(|turn| format!("{} {:?}", turn.key, turn.cause))
    }

    /// The next turn, and how long it had to be waited for.
    fn later(&mut self) -> (String, Duration) {
        let before = self.now;
        self.now = self.schedule.next_due().expect("something is due");
        (
            self.turn().expect("what is due has its turn"),
            self.now - before,
        )
    }
}

fn key(text: &str) -> ObjectKey {
    let (namespace, name) = text.split_once('/').expect("a test key has a namespace");
    ObjectKey::new(namespace, name)
}

#[test]
fn turns_go_round_the_namespaces() {
    let mut played = Played::new(&["a/1", "a/2", "a/3", "b/1", "c/1"]);
    let order: Vec<String> = std::iter::from_fn(|| played.turn()).collect();
    assert_eq!(
        order,
        [
            "a/1 Startup",
            "b/1 Startup",
            "c/1 Startup",
            "a/2 Startup",
            "a/3 Startup"
        ]
    );
}

#[test]
fn an_object_waits_once_and_keeps_the_weightier_cause() {
    let mut played = Played::new(&["a/1", "a/2"]);
    played.wake("a/2", Cause::Requested);
    played.wake("a/2", Cause::Startup);
    assert_eq!(played.schedule.depth(), 2);
    let order: Vec<String> = std::iter::from_fn(|| played.turn()).collect();
    assert_eq!(order, ["a/2 Requested", "a/1 Startup"]);
    assert_eq!(played.schedule.depth(), 0);
}

#[test]
fn routine_work_gets_its_share_of_a_flood() {
    let mut played = Played::new(&["a/routine"]);
    for number in 0..10 {
        played.wake(&format!("a/{number}"), Cause::Changed);
    }
    let order: Vec<String> = std::iter::from_fn(|| played.turn()).collect();
    assert_eq!(
        order.iter().position(|turn| turn == "a/routine Startup"),
        Some(3)
    );
}

#[test]
fn what_is_woken_while_it_runs_comes_again_when_it_ends() {
    let mut played = Played::new(&["a/1"]);
    let turn = played.schedule.take(played.now).expect("the object waits");
    let source = Cause::Watch(ObjectRef::new("GitRepository", "a", "repo"));
    played.wake("a/1", source.clone());
    played.wake("a/1", Cause::Changed);
    assert_eq!(turn.newer.cause(), Some(&source));
    assert_eq!(played.turn(), None, "never two at once");
    played.finish("a/1", Next::After(Duration::from_mins(1)));
    assert_eq!(played.turn().as_deref(), Some("a/1 Changed"));
}

#[test]
fn failures_double_the_delay_of_their_object_alone() {
    let mut played = Played::new(&["a/1"]);
    let mut turn = played.turn();
    let mut delays = Vec::new();
    for _ in 0..4 {
        assert!(turn.is_some());
        played.finish("a/1", Next::Backoff);
        let (next, delay) = played.later();
        assert_eq!(next, "a/1 Retry");
        delays.push(delay.as_millis());
        turn = Some(next);
    }
    assert_eq!(delays, [750, 1_500, 3_000, 6_000]);
    assert_eq!(BACKOFF.delay(200), BACKOFF.max);
    played.finish("a/1", Next::After(Duration::from_secs(5)));
    assert_eq!(
        played.later(),
        ("a/1 Interval".to_owned(), Duration::from_secs(5))
    );
    played.finish("a/1", Next::Backoff);
    assert_eq!(played.later(), ("a/1 Retry".to_owned(), BACKOFF.min));
}

#[test]
fn waking_a_delayed_object_replaces_its_delay() {
    let mut played = Played::new(&["a/1"]);
    played.turn();
    played.finish("a/1", Next::After(Duration::from_mins(1)));
    played.wake("a/1", Cause::Requested);
    assert_eq!(played.turn().as_deref(), Some("a/1 Requested"));
    played.finish("a/1", Next::Idle);
    assert_eq!(played.schedule.next_due(), None);
}

#[test]
fn a_forgotten_object_starts_anew() {
    let mut played = Played::new(&["a/1"]);
    played.turn();
    played.finish("a/1", Next::Backoff);
    played.later();
    played.finish("a/1", Next::Forget);
    played.wake("a/1", Cause::Startup);
    played.turn();
    played.finish("a/1", Next::Backoff);
    assert_eq!(played.later().1, BACKOFF.min);
}

#[tokio::test]
async fn a_waiting_taker_is_woken() {
    let queue = Arc::new(Queue::new(BACKOFF));
    let taker = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move {
            queue.ready().await;
            queue.take().map(|turn| turn.key.to_string())
        }
    });
    tokio::task::yield_now().await;
    queue.wake(&key("a/1"), Cause::Changed);
    assert_eq!(
        taker.await.expect("the taker does not panic").as_deref(),
        Some("a/1")
    );
}

#[tokio::test]
async fn who_gives_way_goes_on_when_all_have_begun() {
    let queue = Arc::new(Queue::new(BACKOFF));
    queue.drained().await;
    queue.wake(&key("a/1"), Cause::Changed);
    queue.wake(&key("a/2"), Cause::Changed);
    let polite = tokio::spawn({
        let queue = Arc::clone(&queue);
        async move { queue.drained().await }
    });
    tokio::task::yield_now().await;
    assert!(queue.take().is_some());
    tokio::task::yield_now().await;
    assert!(!polite.is_finished());
    assert!(queue.take().is_some());
    polite.await.expect("it does not panic");
}
