//! Waiting for something from the server, and saying so when it does not come.

use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use leptos::{prelude::*, reactive::effect::RenderEffect, task::spawn_local};
use send_wrapper::SendWrapper;

use super::handlers::pressed;
use crate::api::ApiProblem;
use crate::live::{Drawn as _, ON_SERVER, live};
use crate::{a11y, paths, words};

/// Something that is on its way, or why it can't be had.
type Coming<T> = Pin<Box<dyn Future<Output = Result<T, ApiProblem>>>>;
/// Draws something that has come.
type Drawing = Rc<dyn Fn() -> AnyView>;

/// Draws what was asked for once it has come; until then, that it is being loaded; and if it can't be had,
/// why. It is asked for again when a signal changes that `ask` reads; until that answer comes, the last one
/// stays.
///
/// One small loader for all pages, in place of `LocalResource`: only these lines are made anew for each type.
pub fn loaded<T, A>(ask: impl Fn() -> A + 'static, draw: impl Fn(T) -> AnyView + 'static) -> AnyView
where
    T: Clone + 'static,
    A: Future<Output = Result<T, ApiProblem>> + 'static,
{
    show_when_there(Box::new(move || Box::pin(ask())), Rc::new(draw))
}

fn show_when_there<T: Clone + 'static>(
    ask: Box<dyn Fn() -> Coming<T>>,
    draw: Rc<dyn Fn(T) -> AnyView>,
) -> AnyView {
    show(Box::new(move || {
        let (coming, draw) = (ask(), Rc::clone(&draw));
        Box::pin(async move {
            let thing = coming.await?;
            Ok(Rc::new(move || draw(thing.clone())) as Drawing)
        })
    }))
}

fn show(ask: Box<dyn Fn() -> Coming<Drawing>>) -> AnyView {
    if ON_SERVER {
        return match ask().as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(draw)) => draw(),
            Poll::Ready(Err(problem)) => failed(&problem, Callback::new(|()| ())),
            Poll::Pending => ().into_any(),
        };
    }
    let answer = RwSignal::new_local(None::<Result<Drawing, ApiProblem>>);
    let again = RwSignal::new(false);
    let turn = Rc::new(Cell::new(0_u32));
    let asking = RenderEffect::new(move |_| {
        again.track();
        let own = turn.get() + 1;
        turn.set(own);
        let mut coming = ask();
        // What is known already is shown at once.
        match coming.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(known) => answer.set(Some(known)),
            Poll::Pending => {
                let turn = Rc::clone(&turn);
                spawn_local(async move {
                    let new = coming.await;
                    // Somebody may have asked again since, or the page be gone.
                    if turn.get() == own {
                        answer.try_set(Some(new));
                    }
                });
            }
        }
    });
    // It asks for as long as the page is there.
    let asking = SendWrapper::new(asking);
    on_cleanup(move || drop(asking));
    live(move || match answer.get() {
        None => view! { <p class="portico-loading" role="status">"Loading…"</p> }.drawn(),
        Some(Ok(draw)) => draw(),
        Some(Err(problem)) => failed(&problem, Callback::new(move |()| again.set(true))),
    })
}

/// The page for something that can't be had.
pub fn failed(problem: &ApiProblem, again: Callback<()>) -> AnyView {
    if problem.is_not_found() {
        return not_found();
    }
    a11y::use_page(|| "Sorry, there is a problem".to_owned());
    let why = words::call_failed(problem);
    view! {
        <h1 class="govuk-heading-l">"Sorry, there is a problem"</h1>
        <p>{why}"."</p>
        <button type="button" class="govuk-button" on:click=pressed(move || again.run(()))>"Try again"</button>
    }
    .drawn()
}

/// The page for an address that leads nowhere.
pub fn not_found() -> AnyView {
    a11y::use_page(|| "Page not found".to_owned());
    view! {
        <h1 class="govuk-heading-l">"Page not found"</h1>
        <p>"If you typed the address, check that it is right. If you followed a link, it may be old."</p>
        <p>
            <a href=paths::HOME>"See everything you can do here"</a>" or "
            <a href=paths::FOLLOW>"find a request you have made"</a>"."
        </p>
    }
    .drawn()
}
