//! Who may do what: each kind of act, and the roles that may. Which records an act reaches (own, the department's,
//! what a resident agreed to) is the business of the queries; what is out of reach is not there.

use serde::{Deserialize, Serialize};

/// What somebody is, once signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Somebody who lives here, or has to do with the council.
    Resident,
    /// Somebody who acts for a resident that named them: family, a friend, a carer, a library assistant.
    Helper,
    /// A registered public computer; it is nobody.
    Terminal,
    /// A contractor of the council, with a link to one request. Has no account, and may call nothing: what they do is done
    /// on the page at the link.
    Contractor,
    /// A member of staff of a department.
    Officer,
    /// Somebody who answers for a department.
    Manager,
    /// Somebody who looks after the council's money: sees what was paid and goes back, and none of what was asked for.
    Finance,
    /// Somebody who watches what staff did.
    Auditor,
    /// Somebody who looks after accounts and settings; sees no resident's record.
    Admin,
}

/// A kind of act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Fill in a form and send it. Needs no account; with a role it is known who did.
    SendForm,
    /// See one's own requests, profile, decisions, and who looked at them.
    SeeOwn,
    /// Change one's own profile, decisions and ways to sign in; close the account.
    ChangeOwn,
    /// See and follow what a resident asked one to look after; write about it, withdraw it, and send more of it, for them.
    ActFor,
    /// See the requests of one's own department.
    SeeDepartment,
    /// Take, answer, move and close requests of one's own department.
    Answer,
    /// Give a colleague's request to another colleague.
    HandOver,
    /// See other departments' requests of a resident who agreed to it.
    SeeShared,
    /// Look at somebody's documents and say whether they prove who they are.
    CheckDocuments,
    /// See how the work of one's own department goes.
    Supervise,
    /// Agree, decide and look into what rises, as somebody who answers for a department, whatever one's own is. Who does is
    /// said by the ladders of the council's document.
    AnswerFor,
    /// See what has been open for too long in the departments that one answers for. It tells nothing of residents.
    SeeBoard,
    /// Take that away as a file.
    ExportBoard,
    /// See figures without people.
    SeeFigures,
    /// Take records of one's own department away as a file.
    Export,
    /// Change many requests of one's own department at once, whoever has them.
    ActInBulk,
    /// Take, plan, answer many requests at once, each by the rules that hold for one.
    AnswerInBulk,
    /// Read the audit log, names of staff included.
    ReadAudit,
    /// Take the audit log away as a file.
    ExportAudit,
    /// Make staff accounts, end them, change their roles; register terminals.
    ManageStaff,
    /// Add and remove one's own ways to sign in, as a member of staff.
    ChangeWaysIn,
    /// See in which words people are told what happens.
    SeeWording,
    /// Change the council's settings; import addresses, wards, the electoral roll and the ledgers.
    ManageCouncil,
    /// Send money back that was paid for a request of one's own department, or ask somebody else to agree to it.
    Refund,
    /// See which refunds wait for somebody's agreement, and which did not go through.
    SeeRefunds,
    /// Agree to a refund that somebody else asked for.
    AgreeRefund,
    /// See what was paid on a day, and whether the card service says the same.
    SeeIncome,
    /// Take that away as a file.
    ExportIncome,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Resident,
        Self::Helper,
        Self::Terminal,
        Self::Contractor,
        Self::Officer,
        Self::Manager,
        Self::Finance,
        Self::Auditor,
        Self::Admin,
    ];

    /// The role as it is stored.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Helper => "helper",
            Self::Terminal => "terminal",
            Self::Contractor => "contractor",
            Self::Officer => "officer",
            Self::Manager => "manager",
            Self::Finance => "finance",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// A role as it is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }

    /// Whether this is somebody who works for the council.
    #[must_use]
    pub fn is_staff(self) -> bool {
        matches!(self, Self::Officer | Self::Manager | Self::Finance | Self::Auditor | Self::Admin)
    }

    /// Whether this role may do this at all.
    #[must_use]
    pub fn may(self, act: Act) -> bool {
        act.roles().contains(&self)
    }
}

impl Act {
    /// Every kind of act.
    pub const ALL: [Self; 28] = [
        Self::SendForm,
        Self::SeeOwn,
        Self::ChangeOwn,
        Self::ActFor,
        Self::SeeDepartment,
        Self::Answer,
        Self::HandOver,
        Self::SeeShared,
        Self::CheckDocuments,
        Self::Supervise,
        Self::AnswerFor,
        Self::SeeBoard,
        Self::ExportBoard,
        Self::SeeFigures,
        Self::Export,
        Self::ActInBulk,
        Self::AnswerInBulk,
        Self::ReadAudit,
        Self::ExportAudit,
        Self::ManageStaff,
        Self::SeeWording,
        Self::ManageCouncil,
        Self::ChangeWaysIn,
        Self::Refund,
        Self::SeeRefunds,
        Self::AgreeRefund,
        Self::SeeIncome,
        Self::ExportIncome,
    ];

    /// The table: the roles that may do it. Nobody else may.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        use Role::{Admin, Auditor, Finance, Helper, Manager, Officer, Resident, Terminal};
        match self {
            Self::SendForm => &[Resident, Helper, Terminal, Officer, Manager],
            Self::SeeOwn | Self::ChangeOwn => &[Resident],
            Self::ActFor => &[Helper],
            Self::SeeDepartment
            | Self::Answer
            | Self::AnswerInBulk
            | Self::AnswerFor
            | Self::SeeShared
            | Self::CheckDocuments
            | Self::Refund => &[Officer, Manager],
            Self::HandOver | Self::Supervise | Self::Export | Self::ActInBulk => &[Manager],
            Self::SeeBoard | Self::ExportBoard => &[Officer, Manager, Admin],
            Self::SeeFigures => &[Manager, Auditor, Admin],
            Self::ReadAudit | Self::ExportAudit => &[Auditor],
            Self::SeeWording => &[Manager, Admin],
            Self::ManageStaff | Self::ManageCouncil => &[Admin],
            Self::ChangeWaysIn => &[Officer, Manager, Finance, Auditor, Admin],
            Self::SeeRefunds | Self::AgreeRefund => &[Manager, Finance],
            Self::SeeIncome | Self::ExportIncome => &[Finance],
        }
    }

    /// Whether being signed in is not enough: who does it proves again, just before, who they are.
    #[must_use]
    pub fn needs_fresh_proof(self) -> bool {
        matches!(
            self,
            Self::Export
                | Self::ExportAudit
                | Self::ExportBoard
                | Self::ActInBulk
                | Self::AnswerInBulk
                | Self::ManageStaff
                | Self::ChangeWaysIn
                // A desk that was left open is no second pair of eyes.
                | Self::AgreeRefund
                | Self::ExportIncome
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, to be read by people: a change is seen for what it does.
    #[test]
    fn the_table_as_it_was_reviewed() {
        let reviewed = "
            resident SendForm SeeOwn ChangeOwn
            helper SendForm ActFor
            terminal SendForm
            contractor
            officer SendForm SeeDepartment Answer SeeShared CheckDocuments AnswerFor SeeBoard ExportBoard! AnswerInBulk! ChangeWaysIn! Refund
            manager SendForm SeeDepartment Answer HandOver SeeShared CheckDocuments Supervise AnswerFor SeeBoard ExportBoard! SeeFigures Export! ActInBulk! AnswerInBulk! SeeWording ChangeWaysIn! Refund SeeRefunds AgreeRefund!
            finance ChangeWaysIn! SeeRefunds AgreeRefund! SeeIncome ExportIncome!
            auditor SeeFigures ReadAudit ExportAudit! ChangeWaysIn!
            admin SeeBoard ExportBoard! SeeFigures ManageStaff! SeeWording ManageCouncil ChangeWaysIn!";
        for (line, role) in reviewed.trim().lines().zip(Role::ALL) {
            let mut words = line.split_whitespace();
            assert_eq!(words.next(), Some(role.id()));
            let may = Act::ALL.into_iter().filter(|act| role.may(*act));
            let may = may.map(|act| format!("{act:?}{}", if act.needs_fresh_proof() { "!" } else { "" }));
            assert_eq!(may.collect::<Vec<_>>(), words.collect::<Vec<_>>(), "{}", role.id());
        }
    }

    #[test]
    fn nobody_holds_what_keeps_them_in_check() {
        let records = [Act::SeeDepartment, Act::SeeShared, Act::Answer, Act::Export];
        for role in Role::ALL {
            let both = |one: Act, other: Act| role.may(one) && role.may(other);
            assert!(!both(Act::ManageStaff, Act::ReadAudit), "{}", role.id());
            for act in records {
                assert!(!both(Act::ReadAudit, act) && !both(Act::ManageStaff, act), "{}", role.id());
                assert!(role.is_staff() || !role.may(act), "{}", role.id());
            }
        }
    }

    #[test]
    fn roles_are_read_again() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.id()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.id());
        }
        for wrong in ["", "Admin", "root", "admin "] {
            assert_eq!(Role::parse(wrong), None, "{wrong}");
        }
    }
}
