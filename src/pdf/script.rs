//! JavaScript: where a file has programs that a viewer may run (ISO 32000-2, 12.6.4.17).

use hayro_syntax::object::{Array, Dict, Name, Object};

use super::deadline::Allowance;
use super::{ObjectId, Pdf, form, guard, names};

/// Pages that are looked at.
const MAX_PAGES: usize = 50;
/// Annotations, form fields and actions that are looked at.
const MAX_OBJECTS: usize = 5_000;

/// A place that has a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// When it runs, in words.
    pub runs: &'static str,
    /// The page, from 1, where it belongs to one.
    pub page: Option<usize>,
    /// The object that has it.
    pub object: Option<ObjectId>,
}

impl Pdf {
    /// The scripts of the document, its form, and its first 50 pages: one for each place.
    #[must_use]
    pub fn scripts(&self) -> Vec<Script> {
        guard::guard("its actions cannot be read", || self.find_scripts()).unwrap_or_default()
    }

    fn find_scripts(&self) -> Vec<Script> {
        let mut found = Vec::new();
        let mut note = |runs, page, dict: &Dict<'_>| {
            let object = dict.obj_id().and_then(ObjectId::from_identifier);
            found.push(Script { runs, page, object });
        };
        let mut left = Allowance::new(MAX_OBJECTS);
        let Some(catalog) = self.catalog() else {
            return found;
        };
        let names = catalog.get::<Dict<'_>>(names::NAMES);
        let tree = names.and_then(|names| names.get::<Dict<'_>>(names::JAVASCRIPT));
        if let Some(tree) = tree.filter(has_names) {
            note("when the file is opened", None, &tree);
        }
        if is_script(&catalog, names::OPEN_ACTION, &mut left) {
            note("when the file is opened", None, &catalog);
        }
        if has_event_script(&catalog, &mut left) {
            note("when the file is closed, saved or printed", None, &catalog);
        }
        let mut in_form = false;
        form::each_field(&catalog, &mut left, |field, left| {
            if !in_form && (is_script(field, names::ACTION, left) || has_event_script(field, left))
            {
                in_form = true;
                note("when a form field is used", None, field);
            }
        });
        for (index, page) in self.file.pages().iter().take(MAX_PAGES).enumerate() {
            let dict = page.raw();
            if has_event_script(dict, &mut left) {
                note("when the page is shown", Some(index + 1), dict);
            }
            let annotations = dict.get::<Array<'_>>(names::ANNOTS);
            let annotations = annotations.iter().flat_map(|all| all.iter::<Dict<'_>>());
            for annotation in annotations {
                if !left.take() {
                    break;
                }
                // A form field stands on its page too.
                let kind = annotation.get::<Name<'_>>(names::SUBTYPE);
                let is_field = kind.is_some_and(|kind| kind.as_ref() == b"Widget");
                let has = is_script(&annotation, names::ACTION, &mut left)
                    || has_event_script(&annotation, &mut left);
                if has && !(is_field && in_form) {
                    note("when something on the page is clicked", Some(index + 1), &annotation);
                    break;
                }
            }
        }
        found
    }
}

/// Whether a name tree has anything in it.
fn has_names(tree: &Dict<'_>) -> bool {
    [&b"Names"[..], names::KIDS].into_iter().any(|key| {
        tree.get::<Array<'_>>(key).is_some_and(|array| array.raw_iter().next().is_some())
    })
}

/// Whether the action under `key` is a script, or is followed by one.
fn is_script(dict: &Dict<'_>, key: &[u8], left: &mut Allowance) -> bool {
    dict.get::<Object<'_>>(key).is_some_and(|action| runs_script(&action, 4, left))
}

fn runs_script(action: &Object<'_>, depth: usize, left: &mut Allowance) -> bool {
    if !left.take() {
        return false;
    }
    match action {
        Object::Dict(action) => {
            is_javascript(action)
                || (depth > 0
                    && action
                        .get::<Object<'_>>(b"Next".as_slice())
                        .is_some_and(|next| runs_script(&next, depth - 1, left)))
        }
        Object::Array(actions) if depth > 0 => actions
            .iter::<Object<'_>>()
            .take(20)
            .any(|action| runs_script(&action, depth - 1, left)),
        _ => false,
    }
}

/// Whether an action has a script: one of the kind, or one that plays a medium (12.6.4.14, table 218).
fn is_javascript(action: &Dict<'_>) -> bool {
    action.get::<Name<'_>>(b"S".as_slice()).is_some_and(|kind| match kind.as_ref() {
        names::JAVASCRIPT => true,
        b"Rendition" => action.contains_key(b"JS".as_slice()),
        _ => false,
    })
}

/// Whether an event in the additional actions, /AA, runs a script.
fn has_event_script(dict: &Dict<'_>, left: &mut Allowance) -> bool {
    let Some(events) = dict.get::<Dict<'_>>(names::ADDITIONAL_ACTIONS) else {
        return false;
    };
    events.keys().take(20).any(|event| is_script(&events, &event, left))
}
