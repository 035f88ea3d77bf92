//! The words of each region: what hosts call their sessions and what they sell.

/// Titles and product names of one language, with what things cost there.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) titles: &'static [&'static str],
    /// What promotions of items are called.
    pub(crate) promotions: &'static [&'static str],
    /// Name, lowest and highest price in the smallest coin named by `price_parts`.
    pub(crate) nouns: &'static [(&'static str, u64, u64)],
    pub(crate) qualities: &'static [&'static str],
    /// Prices are multiples of this.
    pub(crate) price_step: u64,
    /// How many of the price's units make one unit of the currency.
    pub(crate) price_parts: i64,
}

pub(crate) static INDONESIAN: Vocabulary = Vocabulary {
    titles: &[
        "Promo gajian, diskon sampai 70%",
        "✨ Live pagi: hijab & gamis terbaru",
        "Cuci gudang skincare, harga coret!",
        "Belanja hemat bareng Kak Dewi 💕",
        "Flash sale malam ini saja",
        "Ngobrol santai sambil belanja ☕",
        "Koleksi lebaran: baju koko & mukena",
        "Obral sepatu dan tas, stok terbatas",
        "Review jujur serum viral",
        "Peralatan dapur serba 20 ribuan",
    ],
    promotions: &[
        "Promo gajian",
        "Gratis ongkir XTRA",
        "Cashback 30%",
        "Diskon kilat",
        "Brand festival",
        "Serba 10 ribu",
    ],
    nouns: &[
        ("Gamis Syari Ceruty", 89_000, 239_000),
        ("Hijab Segi Empat Voal", 18_000, 59_000),
        ("Serum Wajah Niacinamide 20 ml", 39_000, 129_000),
        ("Sunscreen SPF 50 PA++++", 35_000, 99_000),
        ("Kemeja Batik Lengan Panjang", 79_000, 189_000),
        ("Tas Selempang Wanita", 49_000, 159_000),
        ("Sepatu Sneakers", 99_000, 289_000),
        ("Kopi Arabika Gayo 250 g", 55_000, 95_000),
        ("Keripik Singkong Balado", 12_000, 28_000),
        ("Panci Set Anti Lengket", 119_000, 349_000),
        ("Mukena Katun Jepang", 99_000, 219_000),
        ("Lip Tint Matte", 22_000, 69_000),
        ("Botol Minum 1 Liter", 25_000, 79_000),
        ("Celana Kulot Linen", 49_000, 119_000),
        ("Sprei Katun 180 x 200", 69_000, 199_000),
        ("Madu Hutan Asli 500 g", 65_000, 145_000),
    ],
    qualities: &["Premium", "Original", "Murah Meriah", "Kekinian", "Anti Air", "Warna Pastel", "Isi 2", "Limited"],
    price_step: 500,
    price_parts: 1,
};

pub(crate) static VIETNAMESE: Vocabulary = Vocabulary {
    titles: &[
        "Xả kho cuối mùa, giá sốc từ 9K",
        "Săn sale cùng Mai 🔥 freeship toàn quốc",
        "Mỹ phẩm chính hãng – giảm đến 50%",
        "Tối nay có gì? Váy đầm mới về!",
        "Đồ gia dụng thông minh cho mẹ bỉm",
        "Livestream trưa: ăn vặt thả ga",
        "Thời trang công sở giá xưởng",
        "Review son dưỡng & kem chống nắng",
    ],
    promotions: &[
        "Sale giữa tháng",
        "Freeship Xtra",
        "Hoàn xu 20%",
        "Giờ vàng giá sốc",
        "Ngày hội thương hiệu",
        "Đồng giá 9K",
    ],
    nouns: &[
        ("Áo thun cotton nữ", 59_000, 149_000),
        ("Váy hoa nhí dáng dài", 129_000, 289_000),
        ("Kem chống nắng SPF 50+", 99_000, 259_000),
        ("Son kem lì", 79_000, 199_000),
        ("Cà phê rang xay 500 g", 89_000, 179_000),
        ("Nồi chiên không dầu 5 lít", 799_000, 1_490_000),
        ("Bánh tráng trộn Tây Ninh", 15_000, 39_000),
        ("Túi xách nữ đeo chéo", 119_000, 329_000),
        ("Dép quai ngang", 39_000, 119_000),
        ("Nước tẩy trang 400 ml", 99_000, 219_000),
        ("Bình giữ nhiệt inox", 109_000, 269_000),
        ("Quần ống rộng", 99_000, 219_000),
        ("Sữa rửa mặt dịu nhẹ", 89_000, 239_000),
        ("Chăn ga gối cotton", 259_000, 690_000),
    ],
    qualities: &["cao cấp", "chính hãng", "giá sỉ", "mẫu mới", "size lớn", "combo 2", "hàng hot", "màu kem"],
    price_step: 1_000,
    price_parts: 1,
};

pub(crate) static THAI: Vocabulary = Vocabulary {
    titles: &[
        "ลดกระหน่ำ ส่งฟรีทั้งไลฟ์",
        "เสื้อผ้าแฟชั่นมาใหม่ ✨ เริ่ม 59 บาท",
        "ของใช้ในบ้าน ราคาโรงงาน",
        "สกินแคร์ตัวดัง ลดสูงสุด 60%",
        "ไลฟ์เช้า ช้อปกับพลอย",
        "ขนมกินเล่น อร่อยทุกห่อ",
    ],
    promotions: &["ลดกลางเดือน", "ส่งฟรีทุกออเดอร์", "คืนโค้ด 20%", "แฟลชเซลล์", "วันแบรนด์", "ทุกชิ้น 9 บาท"],
    nouns: &[
        ("เสื้อยืดโอเวอร์ไซส์", 11_900, 29_900),
        ("เดรสลายดอก", 19_900, 59_900),
        ("ครีมกันแดด SPF50", 15_900, 45_900),
        ("ลิปสติกเนื้อแมตต์", 8_900, 25_900),
        ("กระเป๋าสะพายข้าง", 19_900, 69_900),
        ("รองเท้าแตะ", 5_900, 19_900),
        ("กาแฟคั่วบด 250 กรัม", 14_900, 32_900),
        ("หม้อทอดไร้น้ำมัน", 79_900, 199_900),
        ("กล้วยตากอบน้ำผึ้ง", 4_900, 12_900),
        ("แก้วเก็บความเย็น", 12_900, 39_900),
        ("ผ้าปูที่นอน 6 ฟุต", 29_900, 89_900),
        ("เซรั่มวิตามินซี", 17_900, 59_900),
    ],
    qualities: &["พรีเมียม", "ของแท้", "รุ่นใหม่", "แพ็กคู่", "สีพาสเทล", "ขายดี"],
    price_step: 50,
    price_parts: 100,
};
