//! `/staff/export`: the requests of my department as a file.

use leptos::prelude::*;
use portico_app::a11y;
use portico_app::components::layout::Column;

use crate::api;
use crate::parts::download::Download;
use crate::session;

/// Taking requests away as a file.
#[component]
pub fn ExportPage() -> impl IntoView {
    let session = session::use_session();
    let department = move || session.me().with(|me| me.as_ref().map(|me| me.department.clone()));
    a11y::use_page(|| "Export requests".to_owned());
    view! {
        <Column>
            <span class="govuk-caption-l">{department}</span>
            <h1 class="govuk-heading-l">"Export requests"</h1>
            <p>"A file for a spreadsheet (CSV) with every request of your department: reference, status, dates, who has it, and what it is about."</p>
            <div class="govuk-inset-text">"It can hold what residents wrote. Keep it where only those who need it can read it, and delete it when you are done. That you took it is logged."</div>
            <Download address=api::EXPORT label="Download the file" />
        </Column>
    }
}
