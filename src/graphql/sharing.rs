//! The marks of schema elements that say whether subscribers may share one execution. Every field has one, of its own or its
//! type's; `docs/api.md` says what they promise, and what has none is not shared.

use async_graphql::TypeDirective;

/// Answers the same to every member of a studio, whatever their role and whichever other studios they belong to, so that
/// subscribers of one studio may share an execution. What is read once when a stream starts goes stale for those who join later:
/// it says for how many seconds they may.
#[TypeDirective(name = "studioWide", location = "Object", location = "Interface", location = "FieldDefinition")]
pub fn studio_wide(joinable_seconds: Option<u32>) {}

/// May answer differently to each viewer, so a subscription that selects it is executed for its subscriber alone.
#[TypeDirective(name = "perViewer", location = "Object", location = "Interface", location = "FieldDefinition")]
pub fn per_viewer() {}

/// A subscription whose newest event is all that counts: a slow subscriber skips to it.
#[TypeDirective(name = "level", location = "FieldDefinition")]
pub fn level() {}

/// A subscription whose events count each: a subscriber who is too slow for them is told how many were missed.
#[TypeDirective(name = "happenings", location = "FieldDefinition")]
pub fn happenings() {}
