//! An object as the server delivers it, whether it decodes or not.
//!
//! `kube` has a guard of the same kind, which builds a tree of values first and copies it. Every watch event passes
//! here, so the text is kept instead and read once, and a second time only where it does not decode.

use std::borrow::Cow;

use kube::{Resource, api::ObjectMeta};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::object::Managed;

/// The object, or what is known of one that does not decode.
#[derive(Debug, Clone)]
pub(crate) struct Delivered<K>(pub(super) Result<K, Broken>);

/// An object that does not decode.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub(super) error: String,
    pub(super) metadata: ObjectMeta,
}

/// What even a broken object must have.
#[derive(Deserialize)]
struct Named {
    metadata: ObjectMeta,
}

impl<'de, K: Managed> Deserialize<'de> for Delivered<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let text = text.get();
        let decoded = serde_json::from_str::<K>(text).map_err(|error| error.to_string());
        decoded
            .map(Ok)
            .or_else(|error| {
                let Named { metadata } =
                    serde_json::from_str(text).map_err(serde::de::Error::custom)?;
                Ok(Err(Broken { error, metadata }))
            })
            .map(Self)
    }
}

impl<K: Managed> Resource for Delivered<K> {
    type DynamicType = ();
    type Scope = K::Scope;

    fn kind((): &()) -> Cow<'_, str> {
        K::kind(&())
    }

    fn group((): &()) -> Cow<'_, str> {
        K::group(&())
    }

    fn version((): &()) -> Cow<'_, str> {
        K::version(&())
    }

    fn plural((): &()) -> Cow<'_, str> {
        K::plural(&())
    }

    fn meta(&self) -> &ObjectMeta {
        match &self.0 {
            Ok(object) => object.meta(),
            Err(broken) => &broken.metadata,
        }
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        match &mut self.0 {
            Ok(object) => object.meta_mut(),
            Err(broken) => &mut broken.metadata,
        }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::api::{ObjectList, WatchEvent};

    use super::*;

    fn check(object: &str, is_whole: bool) {
        let event = format!(r#"{{"type":"ADDED","object":{object}}}"#);
        let event: WatchEvent<Delivered<ConfigMap>> =
            serde_json::from_str(&event).expect("events decode");
        let WatchEvent::Added(delivered) = event else {
            unreachable!("it says ADDED")
        };
        assert_eq!(delivered.meta().name.as_deref(), Some("a"));
        assert_eq!(delivered.0.is_ok(), is_whole, "{object}");
        let list = format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMapList","metadata":{{}},"items":[{object}]}}"#
        );
        let list: ObjectList<Delivered<ConfigMap>> =
            serde_json::from_str(&list).expect("lists decode");
        assert_eq!(list.items[0].0.is_ok(), is_whole, "{object}");
    }

    #[test]
    fn objects_of_events_and_lists_are_delivered_whole_or_broken() {
        check(r#"{"metadata":{"name":"a"},"data":{"k":"v"}}"#, true);
        check(r#"{"metadata":{"name":"a"},"data":"not a map"}"#, false);
    }
}
