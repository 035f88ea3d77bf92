//! Accounts and their cookies.

use super::{
    catalogue::{self, Product},
    vocabulary::{INDONESIAN, THAI, VIETNAMESE, Vocabulary},
};
use crate::{dice::Dice, region::Region};

/// What is fixed about an account of the seeded world, whatever the seed.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) region: Region,
    pub(crate) username: &'static str,
    pub(crate) nickname: &'static str,
    /// False for an affiliate, who sells the products of others.
    pub(crate) is_seller: bool,
    pub(crate) words: &'static Vocabulary,
    pub(crate) ended: usize,
    pub(crate) on_air: usize,
    /// The range of viewers that the account's sessions play around.
    pub(crate) crowd: (u64, u64),
}

pub(crate) static PLANS: [Plan; 4] = [
    Plan {
        region: Region::Id,
        username: "melati.official",
        nickname: "Melati Official Store",
        is_seller: true,
        words: &INDONESIAN,
        ended: 60,
        on_air: 2,
        crowd: (180, 760),
    },
    Plan {
        region: Region::Id,
        username: "dewi_anggraini",
        nickname: "Kak Dewi 💕",
        is_seller: false,
        words: &INDONESIAN,
        ended: 24,
        on_air: 0,
        crowd: (60, 240),
    },
    Plan {
        region: Region::Vn,
        username: "hoamai.store",
        nickname: "Tiệm nhà Hoa Mai",
        is_seller: true,
        words: &VIETNAMESE,
        ended: 60,
        on_air: 1,
        crowd: (120, 520),
    },
    Plan {
        region: Region::Th,
        username: "baanploy",
        nickname: "บ้านพลอย",
        is_seller: true,
        words: &THAI,
        ended: 60,
        on_air: 0,
        crowd: (90, 400),
    },
];

/// What each host has to give at the start.
const COINS: u64 = 100_000;

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) plan: &'static Plan,
    pub(crate) user_id: i64,
    /// Zero for an affiliate.
    pub(crate) shop_id: i64,
    pub(crate) avatar: String,
    pub(crate) catalogue: Vec<Product>,
    /// The first is the account's own, the others came by QR login.
    pub(crate) jars: Vec<Jar>,
    /// What the host can give to viewers.
    pub(crate) coins: u64,
    /// Whether the jars count at all.
    pub(crate) signed_in: bool,
    dice: Dice,
}

/// One set of cookies, as a browser would hold it after one login.
#[derive(Debug, Clone)]
pub(crate) struct Jar {
    /// Name and value, in the order in which they are set.
    pub(crate) cookies: Vec<(&'static str, String)>,
}

impl Account {
    pub(crate) fn new(dice: Dice, plan: &'static Plan) -> Self {
        let user_id = dice.of("user").between(100_000_000, 990_000_000) as i64;
        let shop_id = if plan.is_seller { dice.of("shop").between(100_000_000, 990_000_000) as i64 } else { 0 };
        let own_shop = Some(shop_id).filter(|shop| *shop != 0);
        let prefix = plan.region.code().to_lowercase();
        let mut account = Self {
            plan,
            user_id,
            shop_id,
            avatar: format!("{prefix}-11134233-{}", dice.of("avatar").text(16).to_lowercase()),
            catalogue: catalogue::catalogue(dice.of("catalogue"), plan.region, own_shop, plan.words),
            jars: Vec::new(),
            coins: COINS,
            signed_in: true,
            dice,
        };
        let mut own = account.fill_jar();
        own.cookies.push(("SPC_SC_SESSION", dice.of("seller").text(48)));
        account.jars.push(own);
        account
    }

    /// The cookies of one more login.
    pub(crate) fn sign_in(&mut self) -> Jar {
        let jar = self.fill_jar();
        self.jars.push(jar.clone());
        self.signed_in = true;
        jar
    }

    pub(crate) fn cookie_header(&self) -> String {
        self.jars.first().map(Jar::header).unwrap_or_default()
    }

    /// Whether one of the account's jars holds this value under this name.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.jars.iter().any(|jar| jar.value(name) == Some(value))
    }

    fn fill_jar(&self) -> Jar {
        let dice = self.dice.of("jar").at(self.jars.len() as u64);
        let text = |name: &'static str, length: u64| (name, dice.of(name).text(length));
        let user = ("SPC_U", self.user_id.to_string());
        let names = [("SPC_SI", 24), ("SPC_R_T_ID", 40), ("SPC_R_T_IV", 22), ("SPC_T_ID", 40), ("SPC_T_IV", 22)];
        let mut cookies = vec![text("SPC_ST", 64), text("SPC_EC", 64), user, text("SPC_F", 32)];
        cookies.extend(names.map(|(name, length)| text(name, length)));
        cookies.push(("SPC_CDS", dice.of("cds").text(32).to_lowercase()));
        Jar { cookies }
    }
}

impl Jar {
    pub(crate) fn header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}
