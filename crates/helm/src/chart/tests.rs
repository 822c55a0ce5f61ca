use std::sync::Arc;

use rheostat_gotemplate::{Host, Map, Value};

use super::{Chart, ChartFile};
use crate::{RenderOptions, render};

struct Still;

impl Host for Still {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// A chart with two aliases of one subchart.
fn chart() -> Chart {
    let files = [
        (
            "Chart.yaml",
            "{apiVersion: v2, name: parent, version: 1.0.0, dependencies: [{name: child, version: 1.0.0, alias: one}, {name: child, version: 1.0.0, alias: two}]}",
        ),
        (
            "templates/_name.tpl",
            r#"{{ define "name" }}n-{{ .Values.number }}{{ end }}"#,
        ),
        ("templates/parent.yaml", r#"name: {{ include "name" . }}"#),
        (
            "charts/child/Chart.yaml",
            "{apiVersion: v2, name: child, version: 1.0.0}",
        ),
        (
            "charts/child/templates/child.yaml",
            "child: {{ .Values.global.number }}",
        ),
    ];
    let files = files.map(|(name, text)| ChartFile::new(name, text.as_bytes()));
    Chart::from_files(files.into()).expect("the chart loads")
}

fn rendered(chart: &Chart, number: f64) -> String {
    let global: Map = [("number", number)].into_iter().collect();
    let values = [
        ("number", Value::from(number)),
        ("global", Value::from(global)),
    ];
    let values: Map = values.into_iter().collect();
    let rendered = render(
        chart,
        &Arc::new(values),
        &RenderOptions::default(),
        &mut Still,
    );
    rendered.expect("the chart renders").manifest(false)
}

/// The same chart with templates whose text does not parse.
fn without_texts(chart: &Chart) -> Chart {
    let mut chart = chart.clone();
    let unreadable = chart.templates.iter().map(|file| ChartFile {
        data: b"{{ end }}".as_slice().into(),
        ..file.clone()
    });
    chart.templates = unreadable.collect();
    chart.dependencies = chart.dependencies.iter().map(without_texts).collect();
    chart
}

#[test]
fn a_second_render_with_other_values_parses_nothing() {
    let chart = chart();
    let first = rendered(&chart, 1.0);
    let second = rendered(&without_texts(&chart), 2.0);
    assert_eq!(
        second,
        first.replace("n-1", "n-2").replace("child: 1", "child: 2")
    );
    assert_eq!(second.matches("child: 2").count(), 2);
}
