//! YAML, with CloudFormation's tags and with aliases unfolded under a budget.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::{Key, MAX_DEPTH, MAX_NODES, Mistake, Node, Place, Value};

pub(super) fn read(text: &str) -> Result<Node, Mistake> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| mistake(&error))?;
        builder.event(event, place_of(span.start))?;
    }
    match builder.root {
        Some(Node { value: Value::Null, place }) => Err(Mistake::empty(place)),
        Some(root) => Ok(root),
        None => Err(Mistake::empty(Place::START)),
    }
}

/// What the parser found wrong.
pub(super) fn mistake(error: &ScanError) -> Mistake {
    let place = place_of(*error.marker());
    if error.info().contains("recursion limit") {
        return Mistake::too_deep(place);
    }
    Mistake::new(
        place,
        format!("this is no YAML: {}", error.info()),
        "correct the YAML here; indent with spaces and quote texts with special characters",
    )
}

fn place_of(mark: Marker) -> Place {
    Place { line: mark.line().max(1), column: mark.col() + 1 }
}

/// A list or map whose end has not come yet.
struct Open {
    place: Place,
    anchor: usize,
    tag: Option<String>,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<(Key, Node)>,
        keys: HashMap<String, Place>,
        /// What `<<` names: filled in at the end, because keys of the map itself win.
        merged: Vec<Node>,
        key: Option<Pending>,
    },
}

enum Pending {
    Key(Key),
    Merge,
}

#[derive(Default)]
struct Builder {
    documents: usize,
    nodes: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, place: Place) -> Result<(), Mistake> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Mistake::new(
                        place,
                        "a second document starts here",
                        "write each document to a file of its own",
                    ));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                // A key's value that is left out has no place of its own.
                let tag = tag.map(|tag| tag.into_owned());
                let plain = style == ScalarStyle::Plain;
                self.spend(1, place)?;
                let merge = plain && tag.is_none() && text == "<<";
                if merge && self.wants_key() {
                    return self.pending(Pending::Merge, place);
                }
                let node = scalar(text.into_owned(), plain, tag.as_ref(), place);
                self.keep(anchor, &node)?;
                self.add(node)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned().ok_or_else(|| {
                    let what = "this alias stands inside of what it names";
                    Mistake::new(place, what, "write the value out")
                })?;
                self.spend(size(&node), place)?;
                if self.open.len() + depth(&node) > MAX_DEPTH {
                    return Err(Mistake::too_deep(place));
                }
                self.add(node)
            }
            Event::SequenceStart(anchor, tag) => {
                let tag = tag.map(|tag| tag.into_owned());
                self.start(place, anchor, tag.as_ref(), Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let tag = tag.map(|tag| tag.into_owned());
                let content = Content::Map {
                    entries: Vec::new(),
                    keys: HashMap::new(),
                    merged: Vec::new(),
                    key: None,
                };
                self.start(place, anchor, tag.as_ref(), content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Ok(()),
        }
    }

    fn start(
        &mut self,
        place: Place,
        anchor: usize,
        tag: Option<&Tag>,
        content: Content,
    ) -> Result<(), Mistake> {
        self.spend(1, place)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(Mistake::too_deep(place));
        }
        self.open.push(Open { place, anchor, tag: tag.and_then(own_tag), content });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Mistake> {
        let Some(Open { place, anchor, tag, content }) = self.open.pop() else {
            return Ok(());
        };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { mut entries, mut keys, merged, .. } => {
                for node in merged {
                    merge(node, &mut entries, &mut keys)?;
                }
                Value::Map(entries)
            }
        };
        let node = tagged(Node { value, place }, tag);
        self.keep(anchor, &node)?;
        self.add(node)
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Map { key: None, .. }, .. }))
    }

    fn pending(&mut self, next: Pending, place: Place) -> Result<(), Mistake> {
        let Some(Open { content: Content::Map { keys, key, .. }, .. }) = self.open.last_mut()
        else {
            return Ok(());
        };
        if let Pending::Key(found) = &next
            && let Some(first) = keys.insert(found.text.clone(), place)
        {
            return Err(Mistake::duplicate(&found.text, first, place));
        }
        *key = Some(next);
        Ok(())
    }

    fn add(&mut self, node: Node) -> Result<(), Mistake> {
        if self.wants_key() {
            let place = node.place;
            let text = match node.value {
                Value::Text(text) | Value::Number(text) => text,
                Value::Bool(value) => value.to_string(),
                Value::Null => "null".to_owned(),
                _ => {
                    let what = format!("a key is {}", node.kind());
                    return Err(Mistake::new(place, what, "use texts as keys"));
                }
            };
            return self.pending(Pending::Key(Key { text, place }), place);
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, merged, key, .. }) => match key.take() {
                Some(Pending::Key(key)) => entries.push((key, node)),
                Some(Pending::Merge) | None => merged.push(node),
            },
        }
        Ok(())
    }

    fn keep(&mut self, anchor: usize, node: &Node) -> Result<(), Mistake> {
        if anchor > 0 {
            self.spend(size(node), node.place)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(())
    }

    fn spend(&mut self, nodes: usize, place: Place) -> Result<(), Mistake> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(Mistake::new(
                place,
                format!("the file unfolds to more than {MAX_NODES} values here"),
                "use fewer aliases, and check that it is the right file",
            ));
        }
        Ok(())
    }
}

/// Adds the entries of a merged map whose keys are not there yet.
/// <https://yaml.org/type/merge.html>
fn merge(
    node: Node,
    entries: &mut Vec<(Key, Node)>,
    keys: &mut HashMap<String, Place>,
) -> Result<(), Mistake> {
    match node.value {
        Value::Map(found) => {
            for (key, value) in found {
                if !keys.contains_key(&key.text) {
                    keys.insert(key.text.clone(), key.place);
                    entries.push((key, value));
                }
            }
            Ok(())
        }
        Value::List(maps) if maps.iter().all(|map| map.entries().is_some()) => {
            maps.into_iter().try_for_each(|map| merge(map, entries, keys))
        }
        _ => Err(Mistake::new(
            node.place,
            format!("`<<` merges maps, but this is {}", node.kind()),
            "name a map or a list of maps",
        )),
    }
}

/// Weight of a node: itself, what is in it, and one more for every 64 bytes of text.
fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::Text(text) | Value::Number(text) => text.len() / 64,
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| key.text.len() / 64 + size(value)).sum()
        }
        Value::Tagged { node, .. } => size(node),
        Value::Null | Value::Bool(_) => 0,
    }
}

fn depth(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Map(entries) => entries.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
        Value::Tagged { node, .. } => depth(node),
        _ => 0,
    }
}

fn scalar(text: String, plain: bool, tag: Option<&Tag>, place: Place) -> Node {
    let is_text = tag.is_some_and(|tag| {
        (tag.is_yaml_core_schema() && tag.suffix == "str")
            || (tag.handle.is_empty() && tag.suffix == "!")
    });
    let value = if plain && !is_text { plain_value(text) } else { Value::Text(text) };
    tagged(Node { value, place }, tag.and_then(own_tag))
}

fn tagged(node: Node, tag: Option<String>) -> Node {
    let place = node.place;
    match tag {
        Some(tag) => Node { value: Value::Tagged { tag, node: Box::new(node) }, place },
        None => node,
    }
}

/// The name of a tag like `!Sub`; `None` for the tags of YAML itself.
fn own_tag(tag: &Tag) -> Option<String> {
    (tag.handle == "!" && !tag.suffix.is_empty()).then(|| tag.suffix.clone())
}

/// What an unquoted text means in YAML 1.2's core schema.
/// <https://yaml.org/spec/1.2.2/#103-core-schema>
fn plain_value(text: String) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        number if is_number(number) => Value::Number(text),
        _ => Value::Text(text),
    }
}

fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits =
        exponent.is_none_or(|text| digits(text.strip_prefix(['-', '+']).unwrap_or(text)));
    let number_fits = match number.split_once('.') {
        Some((whole, part)) => {
            (digits(whole) && (part.is_empty() || digits(part)))
                || (whole.is_empty() && digits(part))
        }
        None => digits(number),
    };
    exponent_fits && number_fits
}
