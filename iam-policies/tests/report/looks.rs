//! Light and dark, wide and narrow, seen and printed.

use serde_json::json;

use crate::browser::Browser;
use crate::sample::sample;

/// The worst contrast of any text that is shown, times 100, and which text it is.
const WORST_CONTRAST: &str = "(() => {
    const parse = (color) => {
        const [r, g, b, a] = color.match(/[\\d.]+/g).map(Number);
        return { rgb: [r, g, b], opaque: a === undefined || a === 1 };
    };
    const light = (rgb) => {
        const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.opaque) return color.rgb;
        }
        return [255, 255, 255];
    };
    let worst = [10000, ''];
    for (const node of document.body.querySelectorAll('*')) {
        const text = [...node.childNodes].filter((c) => c.nodeType === 3).map((c) => c.textContent.trim()).join('');
        if (!text || node.closest('script, style, noscript, option') || node.getClientRects().length === 0) continue;
        const [a, b] = [light(parse(getComputedStyle(node).color).rgb), light(behind(node))];
        const contrast = Math.round(100 * (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
        if (contrast < worst[0]) worst = [contrast, `${node.tagName}.${node.className} ${text}`];
    }
    return worst;
})()";

#[test]
fn light_and_dark_differ_and_all_text_has_contrast() {
    let Some(mut browser) = Browser::open("contrast", &sample().html()) else { return };
    browser.js("document.querySelectorAll('tr.variable .toggle').forEach(b => b.click())");
    let mut pages = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        pages.push(browser.text("getComputedStyle(document.body).backgroundColor"));
        let worst = browser.js(WORST_CONTRAST);
        // 4.5 to 1 is what WCAG 2.2 asks of text, level AA.
        assert!(worst[0].as_u64().is_some_and(|hundredths| hundredths >= 450), "{scheme}: {worst}");
    }
    assert_ne!(pages[0], pages[1]);
    assert_eq!(browser.misdeeds(), Vec::<String>::new());
}

#[test]
fn gaps_and_excess_are_marked_in_words_and_colour() {
    let Some(mut browser) = Browser::open("marks", &sample().html()) else { return };
    let row = |name: &str| {
        format!(
            "[...document.querySelectorAll('tr.variable')].find(tr => tr.querySelector('.toggle').textContent === '{name}')"
        )
    };
    for (name, class, words) in [
        ("UPLOADS_BUCKET", "gap", "1 gap"),
        ("FILES_BUCKET", "excess", "1 excess"),
        ("FILES_BUCKET", "never", "1 never observed"),
        ("ORDERS_ARCHIVE", "stale", "not seen for 112 days"),
    ] {
        let mark = format!("{}.querySelector('.mark.{class}')", row(name));
        assert_eq!(browser.text(&format!("{mark}.innerText")), words);
        let plain = format!(
            "getComputedStyle({mark}).backgroundColor !== getComputedStyle(document.body).backgroundColor"
        );
        assert_eq!(browser.js(&plain), json!(true), "{name} {class}");
    }
    assert_eq!(
        browser.js(&format!("{}.querySelectorAll('.mark').length", row("INDEX_TABLE"))),
        json!(0)
    );
    for (section, text) in [
        ("gaps", "s3:ListBucket needs the bucket itself"),
        ("findings", "policies/files.json:12:9"),
        ("findings", "logs:CreateLogStream is needed and not allowed"),
        ("problems", "the key has no variable"),
        ("runtime", "logs:CreateLogStream"),
        ("notes", "1 older value was left out"),
    ] {
        let shown =
            browser.text(&format!("document.getElementById('section-{section}').innerText"));
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
}

#[test]
fn nothing_is_cut_off_on_a_narrow_screen() {
    let Some(mut browser) = Browser::open("narrow", &sample().html()) else { return };
    for width in [320, 768, 1000, 1280] {
        let size = json!({ "width": width, "height": 640, "deviceScaleFactor": 1, "mobile": width == 320 });
        browser.call("Emulation.setDeviceMetricsOverride", size);
        browser.js("document.querySelectorAll('tr.variable .toggle[aria-expanded=false]').forEach(b => b.click())");
        browser.settle();
        let widths = browser
            .js("[document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "at {width}: {widths}");
        // Nor squeezed into a column of single letters.
        let tallest = browser.js("Math.round(Math.max(...[...document.querySelectorAll('.op, .mark, td code')].map(n => n.getBoundingClientRect().height)))");
        assert!(tallest.as_u64().is_some_and(|pixels| pixels < 90), "at {width}: {tallest}");
    }
}

#[test]
fn print_has_all_rows() {
    let Some(mut browser) = Browser::open("print", &crate::sample::many(300).html()) else {
        return;
    };
    let rows = "document.querySelectorAll('tr.variable').length";
    assert!(browser.js(rows).as_u64().is_some_and(|rows| rows < 300));
    browser.js("dispatchEvent(new Event('beforeprint'))");
    assert_eq!(browser.js(rows), json!(300));
    browser.js("dispatchEvent(new Event('afterprint'))");
    assert!(browser.js(rows).as_u64().is_some_and(|rows| rows < 300));
}

#[test]
fn fields_headings_and_parts_of_the_page_have_names() {
    let Some(mut browser) = Browser::open("names", &sample().html()) else { return };
    let tree = browser.call("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let visible = || nodes.iter().filter(|node| node["ignored"] == false);
    for role in [
        "button",
        "checkbox",
        "searchbox",
        "combobox",
        "heading",
        "region",
        "search",
        "table",
        "rowheader",
    ] {
        let mut of_role = visible().filter(|node| node["role"]["value"] == role).peekable();
        assert!(of_role.peek().is_some(), "no {role}");
        for node in of_role {
            assert!(node["name"]["value"].as_str().is_some_and(|name| !name.is_empty()), "{node}");
        }
    }
    for role in ["banner", "main", "contentinfo"] {
        assert_eq!(visible().filter(|node| node["role"]["value"] == role).count(), 1, "{role}");
    }
}

#[test]
fn without_script_the_summary_and_a_reason_are_read_out() {
    let Some(mut browser) = Browser::open("noscript", &sample().html()) else { return };
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.load("");
    let tree = browser.call("Accessibility.getFullAXTree", json!({})).to_string();
    for text in [
        "need JavaScript",
        "Permissions of Example Ltd",
        "Gaps",
        "Newest day in the data: 2026-11-21",
    ] {
        assert!(tree.contains(text), "{text}");
    }
    assert!(!tree.contains("FILES_BUCKET"));
}
