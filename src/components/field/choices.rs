//! Several of a list.

use domain::field::Several;
use leptos::prelude::*;

use super::{Asked, choice};

pub(super) fn view(asked: &Asked, kind: &Several) -> AnyView {
    choice::list(asked, &kind.options, true, kind.none.clone())
}
