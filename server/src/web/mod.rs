//! What a browser asks for besides the API: the app's page, its files, and the council's colours.

pub mod assets;
pub mod pages;
pub mod posted;
