//! `/penalty-charge` and `/council-tax`: finding what one owes, seeing it and paying it. Drawn by the server alone: they work as
//! they are, on any phone, and no program of the app grows by them.

use chrono::NaiveDate;
use domain::api::drafts::Posted;
use domain::ledger::penalty::{Due, How, Notice, Stage};
use domain::ledger::tax::Account;
use domain::money;
use domain::payment::State;
use domain::standard::{say, say_date};
use leptos::prelude::*;

use crate::components::error_summary::{ErrorSummary, Problem, problem_at};
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::components::payment::not_paid;
use crate::live::Drawn as _;
use crate::state::boot;
use crate::{a11y, paths};

/// What is typed to find a penalty charge.
pub const NUMBER: &str = "number";
/// The vehicle.
pub const REGISTRATION: &str = "registration";
/// What is typed to find an account of council tax.
pub const ACCOUNT: &str = "account";
/// A name or a postcode.
pub const WHO: &str = "who";
/// How much somebody wants to pay.
pub const AMOUNT: &str = "amount";
/// Where the receipt goes.
pub const EMAIL: &str = "email";
/// The amount that stood on the page, in pence.
pub const SHOWN: &str = "shown";
/// How many payments there were when the page was drawn.
pub const ROUND: &str = "round";

/// The two do not belong together; which of them is wrong is nobody's business.
pub const NO_CHARGE: &str = "We can’t find a penalty charge with this number and this registration. Check that both are right. A new notice can take until tomorrow to be here";
/// The same for council tax.
pub const NO_ACCOUNT: &str =
    "We can’t find an account with this number and this name or postcode. Check that both are right";

/// A page about a bill.
#[derive(Clone, Debug)]
pub enum Bill {
    /// Finding a penalty charge.
    FindCharge(Option<Posted>),
    /// A penalty charge.
    Charge(Box<Charge>),
    /// Finding an account of council tax.
    FindAccount(Option<Posted>),
    /// An account of council tax.
    Account(Box<TaxAccount>),
}

impl Bill {
    /// What was posted and could not be taken.
    pub fn take_posted(&mut self) -> Option<Posted> {
        match self {
            Self::FindCharge(posted) | Self::FindAccount(posted) => posted.take(),
            Self::Charge(charge) => charge.posted.take(),
            Self::Account(account) => account.posted.take(),
        }
    }
}

/// A payment that was made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Pence.
    pub pence: i64,
    /// Pence that went back.
    pub refunded: i64,
    /// Our reference.
    pub reference: String,
    /// The day.
    pub on: NaiveDate,
}

/// How the last payment stands that was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// There is none.
    None,
    /// It ended like this, and nothing was paid.
    Ended(State),
    /// It is under way, for so many pence.
    UnderWay(i64),
    /// The card service did not say.
    Unknown(i64),
}

/// A penalty charge.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The notice.
    pub notice: Notice,
    /// What is due today.
    pub due: Due,
    /// The last day before the next letter may be sent.
    pub pay_until: NaiveDate,
    /// The day on which the ledger was taken in.
    pub as_of: NaiveDate,
    /// The payment that was made here.
    pub made: Option<Made>,
    /// How the last one stands.
    pub last: Last,
    /// The council takes payments by card.
    pub may_pay: bool,
    /// The addresses of its photos.
    pub photos: Vec<String>,
    /// The address of this page.
    pub address: String,
    /// What was posted and could not be taken.
    pub posted: Option<Posted>,
}

/// An account of council tax.
#[derive(Clone, Debug)]
pub struct TaxAccount {
    /// The account.
    pub account: Account,
    /// The day on which the ledger was taken in.
    pub as_of: NaiveDate,
    /// Today.
    pub today: NaiveDate,
    /// For so many days a payment may not show.
    pub shows_after: u64,
    /// The payments that were made here, the last one first, as long as they may not show.
    pub made: Vec<Made>,
    /// How the last one stands.
    pub last: Last,
    /// How many were made here in all.
    pub round: usize,
    /// The council takes payments by card.
    pub may_pay: bool,
    /// The least and the most that is paid at once, in pence.
    pub bounds: (i64, i64),
    /// The service for people who can't pay.
    pub help: Option<String>,
    /// The address of this page.
    pub address: String,
    /// What was posted and could not be taken.
    pub posted: Option<Posted>,
}

/// Draws it.
#[must_use]
pub fn draw(bill: Bill) -> AnyView {
    let problems = RwSignal::new(boot::take_problems());
    match bill {
        Bill::FindCharge(_) => find_charge(problems),
        Bill::FindAccount(_) => find_account(problems),
        Bill::Charge(charge) => draw_charge(*charge, problems),
        Bill::Account(account) => draw_account(*account, problems),
    }
}

type Problems = RwSignal<Vec<Problem>>;

fn titled(problems: Problems, title: &str) {
    let error = if problems.with_untracked(Vec::is_empty) { "" } else { "Error: " };
    let title = format!("{error}{title}");
    a11y::use_page(move || title.clone());
}

fn input(problems: Problems, (id, label, hint): (&'static str, &str, String), typing: Typing) -> AnyView {
    let labelled = Labelled::new(id, label).hint(hint).error(problem_at(problems, id));
    let value = Signal::stored(boot::take_text(id));
    let nothing = Callback::new(|_: String| {});
    view! { <TextInput labelled=labelled value=value on_input=nothing typing=typing /> }.into_any()
}

const CODE: Typing = Typing {
    verbatim: true,
    capitals: true,
    width: "govuk-input--width-10",
    autocomplete: Some("off"),
    ..Typing::PLAIN
};

fn find_charge(problems: Problems) -> AnyView {
    titled(problems, "Find your penalty charge");
    let number = (
        NUMBER,
        "Penalty charge number",
        "It begins with two letters and is at the top of the notice.".to_owned(),
    );
    let vehicle = (
        REGISTRATION,
        "Registration of the vehicle",
        "As on its number plate, for example AB12 CDE.".to_owned(),
    );
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <h1 class="govuk-heading-l">"Find your penalty charge"</h1>
            <p>"See what you are said to have done, what is due today and what happens next. Then pay it, or challenge it."</p>
            <form novalidate method="post" action=paths::PENALTY_CHARGE>
                {input(problems, number, CODE)}
                {input(problems, vehicle, CODE)}
                <button type="submit" class="govuk-button">"Find it"</button>
            </form>
        </Column>
    }
    .drawn()
}

fn find_account(problems: Problems) -> AnyView {
    titled(problems, "Find your council tax account");
    let number = (ACCOUNT, "Council tax account number", "It is on your bill.".to_owned());
    let who = (
        WHO,
        "Last name or postcode",
        "A last name that is on the bill, or the postcode of the home.".to_owned(),
    );
    let plain =
        Typing { width: "govuk-input--width-20", verbatim: true, autocomplete: Some("off"), ..Typing::PLAIN };
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <h1 class="govuk-heading-l">"Find your council tax account"</h1>
            <p>"See what is left to pay, and pay some of it or all."</p>
            <form novalidate method="post" action=paths::COUNCIL_TAX>
                {input(problems, number, CODE)}
                {input(problems, who, plain)}
                <button type="submit" class="govuk-button">"Find it"</button>
            </form>
        </Column>
    }
    .drawn()
}

fn line(key: &'static str, value: String) -> AnyView {
    view! {
        <div class="govuk-summary-list__row">
            <dt class="govuk-summary-list__key">{key}</dt>
            <dd class="govuk-summary-list__value"><bdi>{value}</bdi></dd>
        </div>
    }
    .drawn()
}

/// What was paid here; it is a receipt, too.
fn receipt(made: &Made, what: &str) -> AnyView {
    let back = (made.refunded > 0).then(|| line("Paid back", money::show(made.refunded)));
    view! {
        <h2 class="govuk-heading-m">"Receipt"</h2>
        <dl class="govuk-summary-list">
            {line("For", what.to_owned())}
            {line("Paid", money::show(made.pence))}
            {back}
            {line("On", say_date(made.on))}
            {line("By", "Card".to_owned())}
            {line("Payment reference", made.reference.clone())}
        </dl>
    }
    .drawn()
}

/// How the last payment stands, where it was not made.
fn last(last: Last) -> Option<AnyView> {
    let words = match last {
        Last::None => return None,
        Last::Ended(state) => not_paid(state),
        Last::UnderWay(pence) => format!(
            "A payment of {} was begun here and is not finished. If you pay now, you go on with it: nobody pays twice.",
            money::show(pence)
        ),
        Last::Unknown(pence) => format!(
            "A payment of {} was begun here, and we could not check with the card service how it ended. We ask it every ten minutes. Look at this page again in some minutes, before you pay in another way.",
            money::show(pence)
        ),
    };
    Some(view! { <p class="govuk-inset-text">{words}</p> }.drawn())
}

/// The form that leads to the card page.
fn pay(
    address: &str,
    problems: Problems,
    hidden: (&'static str, String),
    first: Option<AnyView>,
    label: String,
) -> AnyView {
    let email =
        (EMAIL, "Email address for the receipt (optional)", "You also see it on this page.".to_owned());
    let typing = Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::PLAIN };
    let (name, value) = hidden;
    view! {
        <form novalidate method="post" action=format!("{address}/pay")>
            <input type="hidden" name=name value=value />
            {first}
            {input(problems, email, typing)}
            <button type="submit" class="govuk-button">{label}</button>
        </form>
    }
    .drawn()
}

fn draw_charge(charge: Charge, problems: Problems) -> AnyView {
    let Charge { notice, due, pay_until, as_of, made, last: before, may_pay, photos, address, .. } = charge;
    let title = format!("Penalty charge {}", notice.number);
    titled(problems, &title);
    let shown = made.as_ref().map(|made| {
        let sum = money::show(made.pence);
        view! {
            <div class="govuk-panel govuk-panel--confirmation">
                <h1 class="govuk-panel__title">"Paid"</h1>
                <div class="govuk-panel__body">{sum}" for penalty charge "{notice.number.clone()}</div>
            </div>
            <p>"The case is closed, and you need not do anything more. Our parking system may not know of it until tomorrow."</p>
            {receipt(made, &title)}
        }
        .drawn()
    });
    let heading = shown.is_none().then(|| view! { <h1 class="govuk-heading-l">{title.clone()}</h1> }.drawn());
    let is_open = shown.is_none();
    let amount = is_open.then(|| {
        let (big, more) = say_due(due);
        view! {
            <div class="portico-promise">
                <p class="govuk-heading-m">{big}</p>
                {more.map(|more| view! { <p>{more}</p> }.drawn())}
            </div>
        }
        .drawn()
    });
    let payable = due.pence().filter(|_| is_open && may_pay && !matches!(before, Last::Unknown(_)));
    let pay_form = payable.map(|pence| {
        let label = format!("Pay {}", money::show(pence));
        view! {
            <h2 class="govuk-heading-m">"Pay it"</h2>
            <p>"Paying closes the case: you can’t challenge it after that."</p>
            {pay(&address, problems, (SHOWN, pence.to_string()), None, label)}
        }
        .drawn()
    });
    let challenge = (is_open && notice.may_be_challenged() && due.pence().is_some()).then(|| {
        let is_held = matches!(due, Due::Held { .. });
        let (words, label) = if is_held {
            ("You challenged it, and we have not decided yet. If you have more to say, write it on the page of your challenge.", "Write another challenge")
        } else {
            ("If you think that you should not have to pay, tell us why. What is due does not go up while we decide.", "Challenge it")
        };
        view! {
            <h2 class="govuk-heading-m">"Challenge it"</h2>
            <p>{words}</p>
            <form method="post" action=format!("{address}/challenge")>
                <button type="submit" class="govuk-button govuk-button--secondary">{label}</button>
            </form>
        }
        .drawn()
    });
    let next = is_open
        .then(|| what_next(&notice, due, pay_until))
        .flatten()
        .map(|words| view! { <h2 class="govuk-heading-m">"What happens next"</h2> <p>{words}</p> }.drawn());
    let at = format!("{} at {}", say_date(notice.at.date()), notice.at.format("%H:%M"));
    let details = view! {
        <h2 class="govuk-heading-m">"What was seen"</h2>
        <dl class="govuk-summary-list">
            {line("What", notice.contravention.clone())}
            {line("Where", notice.place.clone())}
            {line("When", at)}
            {line("Vehicle", notice.registration.clone())}
            {line("Notice served", format!("{}, {}", say_date(notice.served), how(notice.how)))}
        </dl>
    };
    view! {
        <Column>
            <ErrorSummary problems=problems />
            {shown}
            {heading}
            {last(before)}
            {amount}
            {pay_form}
            {challenge}
            {next}
            {details.drawn()}
            {pictures(photos)}
            <p class="govuk-hint">"This is what our parking system knew on "{say_date(as_of)}". This page can be seen in this browser for an hour."</p>
            <p><a href=paths::PENALTY_CHARGE>"Find another penalty charge"</a></p>
        </Column>
    }
    .drawn()
}

fn pictures(photos: Vec<String>) -> Option<AnyView> {
    if photos.is_empty() {
        return None;
    }
    let many = photos.len();
    let picture = move |(at, address): (usize, String)| {
        let alt = format!("Photo {} of {many} of the contravention (open large)", at + 1);
        view! {
            <li><a href=address.clone()><img src=format!("{address}?size=thumb") alt=alt /></a></li>
        }
        .drawn()
    };
    Some(
        view! {
            <h2 class="govuk-heading-m">"Photos"</h2>
            <ul class="portico-gallery" aria-label="Photos">{photos.into_iter().enumerate().map(picture).collect_view()}</ul>
        }
        .into_any(),
    )
}

fn how(how: How) -> &'static str {
    match how {
        How::Vehicle => "on the vehicle or by hand",
        How::Post => "by post, because the vehicle drove away",
        How::Camera => "by post, after a camera saw it",
    }
}

/// What is due, and until when.
fn say_due(due: Due) -> (String, Option<String>) {
    match due {
        Due::Half { pence, until, then } => (
            format!("{} is due now", money::show(pence)),
            Some(format!(
                "This is the half price. You can pay it up to the end of {}. After that it is {}.",
                say(until),
                money::show(then)
            )),
        ),
        Due::Held { pence, on, is_half: true } => (
            format!("{} is due at most while we decide", money::show(pence)),
            Some(format!("It was challenged on {}: the half price is held until we have decided.", say_date(on))),
        ),
        Due::Held { pence, on, is_half: false } => (
            format!("{} is due at most while we decide", money::show(pence)),
            Some(format!("It was challenged on {}: the charge does not go up until we have decided.", say_date(on))),
        ),
        Due::All(pence) => (format!("{} is due now", money::show(pence)), None),
        Due::Paid => ("It is paid".to_owned(), Some("Nothing is left to pay, and the case is closed.".to_owned())),
        Due::Cancelled => ("It was cancelled".to_owned(), Some("You need not pay anything.".to_owned())),
        Due::Agent => (
            "An enforcement agent has it".to_owned(),
            Some("Pay the agent, and not us: if you paid us, the agent’s fees would stay open. Their number is on their letter. You can ask to see proof of who they are.".to_owned()),
        ),
    }
}

/// What happens next, by how far it has got.
fn what_next(notice: &Notice, due: Due, pay_until: NaiveDate) -> Option<String> {
    due.pence()?;
    if matches!(due, Due::Held { .. }) {
        return Some("We write to you when we have decided. If we refuse, the letter says until when you can pay, and how you can take it further.".to_owned());
    }
    let by_post = "By law the next letter is a charge certificate, which makes it half as much again.";
    Some(match (notice.stage, notice.how) {
        (Stage::Notice, How::Vehicle) => format!(
            "If nobody pays or challenges it by {}, we send a Notice to Owner to whoever keeps the vehicle. They then have 28 days to pay or to challenge it formally.",
            say(pay_until)
        ),
        (Stage::Notice, How::Post | How::Camera) => {
            format!("Pay or challenge it by {}. {by_post}", say(pay_until))
        }
        (Stage::NoticeToOwner, _) => format!("You have 28 days from the day on which you got the Notice to Owner to pay or to challenge it formally. {by_post}"),
        (Stage::Rejection, _) => format!("You can appeal to the Traffic Penalty Tribunal within 28 days of the Notice of Rejection: it is free, and does not belong to us. If nobody pays or appeals: {}", by_post.to_lowercase()),
        (Stage::Certificate, _) => "It is too late to challenge it. If it is not paid within 14 days of the charge certificate, we ask the court’s enforcement centre for an Order for Recovery, which costs more.".to_owned(),
        (Stage::Order, _) => "You have 21 days from the order to pay, or to make a witness statement as the order says. After that an enforcement agent may come, whose fees are added.".to_owned(),
        (Stage::Agent | Stage::Paid | Stage::Cancelled, _) => return None,
    })
}

fn draw_account(page: TaxAccount, problems: Problems) -> AnyView {
    let TaxAccount {
        account,
        as_of,
        today,
        shows_after,
        made,
        last: before,
        round,
        may_pay,
        bounds,
        help,
        address,
        ..
    } = page;
    let title = format!("Council tax account {}", account.number);
    titled(problems, &title);
    let big = match account.balance {
        0 => "Nothing is left to pay".to_owned(),
        pence if pence < 0 => format!("We owe you {}", money::show(-pence)),
        pence => format!("{} is left to pay", money::show(pence)),
    };
    let yours: Vec<String> =
        made.iter().map(|made| format!("{} ({})", say_date(made.on), money::show(made.pence))).collect();
    let yours = match yours.as_slice() {
        [] => String::new(),
        [one] => format!(" Yours of {one} is on its way."),
        many => format!(" Yours of {} are on their way.", many.join(" and ")),
    };
    let not_yet = format!("Payments made in the last {shows_after} days may not show yet.{yours}");
    let coming =
        account.instalments.iter().filter(|instalment| instalment.on >= today).min_by_key(|next| next.on);
    let hint = coming.map(|next| {
        format!("Your next instalment is {}, due on {}. ", money::show(next.pence), say_date(next.on))
    });
    let hint = format!(
        "{}You can pay from {} to {} at once.",
        hint.unwrap_or_default(),
        money::show(bounds.0),
        money::show(bounds.1)
    );
    let receipts = made.iter().map(|made| receipt(made, &title)).collect_view();
    let form = (may_pay && !matches!(before, Last::Unknown(_))).then(|| {
        let typing = Typing {
            prefix: Some("£"),
            mode: Some("decimal"),
            width: "govuk-input--width-10",
            autocomplete: Some("off"),
            ..Typing::PLAIN
        };
        let amount = input(problems, (AMOUNT, "How much would you like to pay?", hint), typing);
        view! {
            <h2 class="govuk-heading-m">"Pay"</h2>
            {pay(&address, problems, (ROUND, round.to_string()), Some(amount), "Pay by card".to_owned())}
        }
        .drawn()
    });
    let instalments = (!account.instalments.is_empty()).then(|| {
        let rows = account.instalments.iter().map(|instalment| {
            view! {
                <div class="govuk-summary-list__row">
                    <dt class="govuk-summary-list__key">{say_date(instalment.on)}</dt>
                    <dd class="govuk-summary-list__value">{money::show(instalment.pence)}</dd>
                </div>
            }
            .drawn()
        });
        view! {
            <h2 class="govuk-heading-m">"Instalments"</h2>
            <dl class="govuk-summary-list">{rows.collect_view()}</dl>
        }
        .drawn()
    });
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <h1 class="govuk-heading-l">{title}</h1>
            {last(before)}
            <div class="portico-promise">
                <p class="govuk-heading-m">{big}</p>
                <p>"This is what our council tax system knew on "{say_date(as_of)}". "{not_yet}</p>
            </div>
            {form}
            {receipts}
            {instalments}
            {help.map(|help| view! {
                <p>"If you can’t pay, "<a href=paths::service(&help)>"tell us soon"</a>": we can spread it, or find help."</p>
            }.drawn())}
            <p class="govuk-hint">"This page can be seen in this browser for an hour."</p>
            <p><a href=paths::COUNCIL_TAX>"Find another account"</a></p>
        </Column>
    }
    .drawn()
}
