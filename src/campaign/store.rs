//! Every query of the campaign room.

pub mod looks;
pub mod readings;
pub mod rules;
