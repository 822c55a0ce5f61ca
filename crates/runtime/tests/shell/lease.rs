//! Leader election, and the right to write that comes and goes with it.

use std::time::Duration;

use k8s_openapi::api::{coordination::v1::Lease, core::v1::ConfigMap};
use kube::{
    Api, Client,
    api::{Patch, PatchParams, PostParams},
};
use rheostat_runtime::{
    client::Authority,
    lease::{Election, Rival, RivalError, Terms},
};
use rheostat_testing::{ControlPlane, FaultProxy, fault_proxy::Mode};
use serde_json::json;
use tokio::time::Instant;

use super::fixture::{PATIENCE, address, guarded};

fn terms(namespace: &str, name: &str, identity: &str) -> Terms {
    Terms {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        identity: identity.to_owned(),
        duration: Duration::from_secs(3),
        renew_deadline: Duration::from_secs(2),
        retry_period: Duration::from_millis(200),
    }
}

fn candidate(client: &Client, namespace: &str, identity: &str) -> (Election, Authority) {
    let authority = Authority::none();
    let election = Election::new(
        client.clone(),
        terms(namespace, "role", identity),
        authority.clone(),
    );
    (election.expect("the terms fit"), authority)
}

async fn namespace() -> (Client, String) {
    let plane = ControlPlane::shared()
        .await
        .expect("the control plane starts");
    let client = plane
        .client()
        .await
        .expect("the control plane gives a client");
    (
        client,
        plane
            .namespace("lease")
            .await
            .expect("a namespace can be made"),
    )
}

async fn lease(client: &Client, namespace: &str) -> serde_json::Value {
    let lease = Api::<Lease>::namespaced(client.clone(), namespace)
        .get("role")
        .await
        .expect("the lease is there");
    json!(lease.spec)
}

#[tokio::test]
async fn one_leads_and_hands_over() {
    let (client, namespace) = namespace().await;
    let (mut first, first_authority) = candidate(&client, &namespace, "first");
    let (mut second, second_authority) = candidate(&client, &namespace, "second");
    first.lead().await;
    assert!(first_authority.is_held());
    let held = lease(&client, &namespace).await;
    assert_eq!(
        (
            &held["holderIdentity"],
            &held["leaseDurationSeconds"],
            &held["leaseTransitions"]
        ),
        (&json!("first"), &json!(3), &json!(0))
    );
    // The first keeps its lease for longer than it lasts, and the second gets nowhere.
    let contest = async {
        tokio::select! {
            () = first.keep() => panic!("the lease was lost"),
            () = second.lead() => panic!("two lead"),
            () = tokio::time::sleep(Duration::from_secs(4)) => {}
        }
    };
    contest.await;
    first.release().await;
    assert!(!first_authority.is_held());
    let released = Instant::now();
    tokio::time::timeout(PATIENCE, second.lead())
        .await
        .expect("the second takes over");
    assert!(
        released.elapsed() < Duration::from_secs(2),
        "a released lease need not expire"
    );
    assert!(second_authority.is_held());
    assert_eq!(
        lease(&client, &namespace).await["leaseTransitions"],
        json!(1)
    );
}

#[tokio::test]
async fn a_leader_that_died_is_replaced_once_its_lease_stood_still() {
    let (client, namespace) = namespace().await;
    let (mut first, _) = candidate(&client, &namespace, "first");
    let (mut second, _) = candidate(&client, &namespace, "second");
    first.lead().await;
    let died = Instant::now();
    tokio::time::timeout(PATIENCE, second.lead())
        .await
        .expect("the second takes over");
    assert!(
        died.elapsed() >= Duration::from_secs(3),
        "not before the lease has expired"
    );
}

#[tokio::test]
async fn a_leader_that_is_pushed_out_may_not_write_any_more() {
    let (client, namespace) = namespace().await;
    let (mut election, authority) = candidate(&client, &namespace, "first");
    election.lead().await;
    let leases = Api::<Lease>::namespaced(client.clone(), &namespace);
    let pushed = Patch::Merge(json!({"spec": {"holderIdentity": "pushy"}}));
    leases
        .patch("role", &PatchParams::default(), &pushed)
        .await
        .expect("the lease can be changed");
    tokio::time::timeout(PATIENCE, election.keep())
        .await
        .expect("the loss is noticed");
    assert!(!authority.is_held());
}

#[tokio::test]
async fn writes_end_with_the_lease_and_reads_go_on() {
    let plane = ControlPlane::shared()
        .await
        .expect("the control plane starts");
    let namespace = plane
        .namespace("authority")
        .await
        .expect("a namespace can be made");
    let authority = Authority::none();
    let client = guarded(plane, address(plane), authority.clone()).await;
    let maps = Api::<ConfigMap>::namespaced(client, &namespace);
    let map = |name: &str| {
        let mut map = ConfigMap::default();
        map.metadata.name = Some(name.to_owned());
        map
    };
    let refused = maps
        .create(&PostParams::default(), &map("a"))
        .await
        .expect_err("there is no lease yet");
    assert!(
        refused.to_string().contains("does not hold the lease"),
        "{refused}"
    );
    authority.extend(Instant::now() + Duration::from_mins(1));
    maps.create(&PostParams::default(), &map("a"))
        .await
        .expect("the lease is held");
    authority.revoke();
    maps.create(&PostParams::default(), &map("b"))
        .await
        .expect_err("the lease is lost");
    assert!(maps.get("a").await.is_ok());
}

#[tokio::test]
async fn a_live_leader_in_another_namespace_is_found_and_a_dead_one_is_not() {
    let (client, namespace) = namespace().await;
    let plane = ControlPlane::shared()
        .await
        .expect("the control plane starts");
    let elsewhere = plane
        .namespace("rival")
        .await
        .expect("a namespace can be made");
    let name = format!("role-{elsewhere}");
    let ours = terms(&namespace, &name, "ours");
    Rival::look_for(&client, &ours).await.expect("nobody leads");
    let election = Election::new(
        client.clone(),
        terms(&elsewhere, &name, "theirs"),
        Authority::none(),
    );
    let mut election = election.expect("the terms fit");
    election.lead().await;
    let found = tokio::select! {
        found = Rival::look_for(&client, &ours) => found,
        () = election.keep() => panic!("the lease was lost"),
    };
    assert!(matches!(found, Err(RivalError::Found(rival)) if rival.holder == "theirs"));
    Rival::look_for(&client, &ours)
        .await
        .expect("a lease that is not renewed does not count");
}

#[tokio::test]
async fn a_write_without_an_answer_is_given_up_when_the_lease_ends() {
    let plane = ControlPlane::shared()
        .await
        .expect("the control plane starts");
    let proxy = FaultProxy::start(address(plane))
        .await
        .expect("a proxy starts");
    let namespace = plane
        .namespace("authority")
        .await
        .expect("a namespace can be made");
    let authority = Authority::none();
    let maps = Api::<ConfigMap>::namespaced(
        guarded(plane, proxy.address(), authority.clone()).await,
        &namespace,
    );
    authority.extend(Instant::now() + Duration::from_millis(500));
    proxy.set(Mode::Hang);
    let mut map = ConfigMap::default();
    map.metadata.name = Some("a".to_owned());
    let started = Instant::now();
    let lost = maps
        .create(&PostParams::default(), &map)
        .await
        .expect_err("nobody answers");
    assert!(
        lost.to_string().contains("does not hold the lease"),
        "{lost}"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}
