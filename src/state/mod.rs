//! What the app remembers, and the browser's own memory. With `api`, `photo` and `a11y` the only place
//! that touches the browser: pages and components are drawn on the server too.

pub mod address;
pub mod boot;
pub mod device;
pub mod drafts;
pub mod failure;
pub mod mount;
pub mod services;
pub mod storage;
pub mod timer;
pub mod uploads;
pub mod visit;
