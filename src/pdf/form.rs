//! The fields of an interactive form (ISO 32000-2, 12.7).

use hayro_syntax::object::{Array, Dict};

use super::deadline::Allowance;
use super::names;

/// Calls `visit` with each field of the catalog's form, a field before its kids, as long as `left` allows: kids may
/// lead back to their parents.
pub(super) fn each_field<'a>(
    catalog: &Dict<'a>,
    left: &mut Allowance,
    mut visit: impl FnMut(&Dict<'a>, &mut Allowance),
) {
    let form = catalog.get::<Dict<'a>>(names::ACRO_FORM);
    let mut open: Vec<Array<'a>> =
        form.and_then(|form| form.get(names::FIELDS)).into_iter().collect();
    while let Some(fields) = open.pop() {
        for field in fields.iter::<Dict<'a>>() {
            if !left.take() {
                return;
            }
            visit(&field, left);
            open.extend(field.get::<Array<'a>>(names::KIDS));
        }
    }
}
