"""Whom texts credit and in what words: data only, read by credit.py and domains.py.

Phrases are written as in print; they are compared by folded tokens, so case, marks and punctuation do not matter.
In a phrase `{}` is the credited name, `{own}` the name of the one who credits (left out where it is missing), and
`(a|b)` a choice of words; a choice may hold nothing. Adding a language is adding rows, each with its row in
tests/core/credits/test_find.py. Agencies are known by every name they sign with, native script included; short names
count only in the case written here ("AP", not "ap"), because "ani", "una" or "spa" are words elsewhere.
"""

# ruff: noqa: E501  wide characters count double, and rows stay whole

from __future__ import annotations

# key, names, domains. Sources: the agencies' own sites and the lists of members of EANA, OANA, FANA and ATPA.
AGENCIES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # world
    ("reuters", ("Reuters", "Thomson Reuters", "Рейтер", "Рейтерс", "Ройтерс", "Ройтърс", "رويترز", "رویترز", "רויטרס",
                 "ロイター", "ロイター通信", "路透", "路透社", "로이터", "로이터통신", "रॉयटर्स", "รอยเตอร์"), ("reuters.com",)),
    ("ap", ("AP", "Associated Press", "The Associated Press", "AP News", "A.P.", "Асошиэйтед Пресс", "أسوشيتد برس",
            "أسوشييتد برس", "آسوشیتدپرس", "AP通信", "ＡＰ通信", "美联社", "美聯社", "AP통신"), ("ap.org", "apnews.com")),
    ("afp", ("AFP", "Agence France-Presse", "Agence France Presse", "France-Presse", "AFPBB News", "АФП",
             "Франс Пресс", "Франс-Пресс", "أ ف ب", "أ.ف.ب", "فرانس برس", "وكالة فرانس برس", "AFP通信", "法新社",
             "AFP통신"), ("afp.com", "afpbb.com")),
    ("dpa", ("dpa", "DPA", "dpa-AFX", "Deutsche Presse-Agentur", "Deutsche Presse Agentur", "ДПА", "德新社", "د ب أ"),
     ("dpa.com", "dpa-international.com", "dpa-afx.de")),
    ("upi", ("UPI", "United Press International", "合众国际社"), ("upi.com",)),
    ("bloomberg", ("Bloomberg", "Bloomberg News", "Блумберг", "ブルームバーグ", "彭博", "彭博社", "블룸버그", "بلومبرغ",
                   "بلومبرج"), ("bloomberg.com",)),
    ("dowjones", ("Dow Jones", "Dow Jones Newswires", "道琼斯"), ("dowjones.com",)),
    # Europe
    ("efe", ("EFE", "Agencia EFE", "Agência EFE", "Agence EFE", "埃菲社"), ("efe.com",)),
    ("europapress", ("Europa Press",), ("europapress.es",)),
    ("ansa", ("ANSA", "Agenzia ANSA", "安莎社"), ("ansa.it",)),
    ("adnkronos", ("Adnkronos",), ("adnkronos.com",)),
    ("agi", ("AGI", "Agenzia Italia"), ("agi.it",)),
    ("askanews", ("askanews", "Askanews"), ("askanews.it",)),
    ("lapresse", ("LaPresse",), ("lapresse.it",)),
    ("pa", ("PA", "PA Media", "Press Association", "PA Wire"), ("pa.media", "pressassociation.com")),
    ("lusa", ("Lusa", "Agência Lusa"), ("lusa.pt",)),
    ("anp", ("ANP", "Algemeen Nederlands Persbureau"), ("anp.nl",)),
    ("belga", ("Belga", "Belga News Agency", "Agence Belga"), ("belga.be",)),
    ("apa", ("APA", "Austria Presse Agentur", "APA-OTS"), ("apa.at", "ots.at")),
    ("keystonesda", ("Keystone-SDA", "SDA", "ATS", "Schweizerische Depeschenagentur", "Keystone-ATS", "SDA-ATS"),
     ("keystone-sda.ch", "sda.ch", "ats.ch")),
    ("dts", ("dts", "dts Nachrichtenagentur"), ("dts-nachrichtenagentur.de",)),
    ("epd", ("epd", "Evangelischer Pressedienst"), ("epd.de",)),
    ("kna", ("KNA", "Katholische Nachrichten-Agentur"), ("kna.de",)),
    ("sid", ("SID", "Sport-Informations-Dienst"), ("sid.de",)),
    ("tt", ("TT", "TT Nyhetsbyrån", "Tidningarnas Telegrambyrå"), ("tt.se",)),
    ("ntb", ("NTB", "Norsk Telegrambyrå"), ("ntb.no",)),
    ("ritzau", ("Ritzau", "ritzau"), ("ritzau.dk", "ritzau.com")),
    ("stt", ("STT", "Suomen Tietotoimisto", "Finska Notisbyrån", "FNB"), ("stt.fi",)),
    ("bns", ("BNS", "Baltic News Service"), ("bns.lt", "bns.ee", "bns.lv")),
    ("leta", ("LETA",), ("leta.lv",)),
    ("elta", ("ELTA",), ("elta.lt",)),
    ("pap", ("PAP", "Polska Agencja Prasowa"), ("pap.pl",)),
    ("ctk", ("ČTK", "Česká tisková kancelář"), ("ctk.cz", "ceskenoviny.cz")),
    ("tasr", ("TASR",), ("tasr.sk",)),
    ("sita", ("SITA",), ("sita.sk",)),
    ("mti", ("MTI", "Magyar Távirati Iroda"), ("mti.hu",)),
    ("agerpres", ("Agerpres", "AGERPRES"), ("agerpres.ro",)),
    ("mediafax", ("Mediafax", "MEDIAFAX"), ("mediafax.ro",)),
    ("bta", ("BTA", "БТА", "Българска телеграфна агенция", "Bulgarian News Agency"), ("bta.bg",)),
    ("hina", ("Hina", "HINA"), ("hina.hr",)),
    ("tanjug", ("Tanjug", "Танјуг"), ("tanjug.rs",)),
    ("beta", ("BETA", "Novinska agencija Beta"), ("beta.rs",)),
    ("fonet", ("FoNet", "FONET"), ("fonet.rs",)),
    ("fena", ("FENA", "Fena"), ("fena.ba",)),
    ("srna", ("SRNA", "Срна"), ("srna.rs",)),
    ("mina", ("MINA",), ("mina.news",)),
    ("mia", ("MIA", "МИА"), ("mia.mk",)),
    ("sta", ("STA", "Slovenska tiskovna agencija"), ("sta.si",)),
    ("ata", ("ATSH", "Agjencia Telegrafike Shqiptare"), ("ata.gov.al",)),
    ("amna", ("AMNA", "ANA-MPA", "ΑΠΕ-ΜΠΕ", "ΑΠΕ"), ("amna.gr",)),
    ("cna", ("ΚΥΠΕ", "Cyprus News Agency"), ("cna.org.cy",)),
    ("ukrinform", ("Ukrinform", "Укринформ", "Укрінформ"), ("ukrinform.ua", "ukrinform.net", "ukrinform.ru")),
    ("unian", ("UNIAN", "УНИАН", "УНІАН"), ("unian.ua", "unian.net", "unian.info")),
    ("unn", ("UNN", "УНН"), ("unn.ua", "unn.com.ua")),
    ("interfaxukraine", ("Interfax-Ukraine", "Интерфакс-Украина", "Інтерфакс-Україна"), ("interfax.com.ua",)),
    ("belta", ("BelTA", "БЕЛТА", "БелТА"), ("belta.by",)),
    ("moldpres", ("MOLDPRES", "Moldpres"), ("moldpres.md",)),
    ("ipn", ("IPN",), ("ipn.md",)),
    # Russia, Caucasus, Central Asia
    ("tass", ("TASS", "ITAR-TASS", "ТАСС", "ИТАР-ТАСС", "塔斯社", "تاس", "タス通信", "타스통신"),
     ("tass.com", "tass.ru", "itar-tass.com")),
    ("ria", ("RIA Novosti", "RIA", "РИА Новости", "РИА «Новости»", "俄新社", "ريا نوفوستي"), ("ria.ru", "rian.ru")),
    ("interfax", ("Interfax", "Интерфакс", "Інтерфакс", "国际文传电讯社"), ("interfax.ru", "interfax.com")),
    ("sputnik", ("Sputnik", "Спутник", "سبوتنيك", "スプートニク", "卫星通讯社"), ("sputniknews.com", "sputnikglobe.com")),
    ("regnum", ("REGNUM", "ИА REGNUM"), ("regnum.ru",)),
    ("rosbalt", ("Росбалт",), ("rosbalt.ru",)),
    ("prime", ("Прайм",), ("1prime.ru",)),
    ("kazinform", ("Kazinform", "Казинформ", "Қазақпарат"), ("inform.kz",)),
    ("akipress", ("AKIpress",), ("akipress.com",)),
    ("kabar", ("Kabar", "Кабар"), ("kabar.kg",)),
    ("khovar", ("Khovar", "Ховар"), ("khovar.tj",)),
    ("uza", ("UzA", "УзА"), ("uza.uz",)),
    ("azertac", ("AZERTAC", "AZƏRTAC", "Азертадж", "АЗЕРТАДЖ"), ("azertag.az",)),
    ("trend", ("Trend News Agency", "Тренд"), ("trend.az",)),
    ("report", ("Report News Agency",), ("report.az",)),
    ("turan", ("Turan",), ("turan.az",)),
    ("armenpress", ("ARMENPRESS", "Armenpress", "Арменпресс", "Արմենպրես"), ("armenpress.am",)),
    ("interpressnews", ("InterPressNews",), ("interpressnews.ge",)),
    # Middle East and North Africa
    ("aa", ("AA", "Anadolu", "Anadolu Agency", "Anadolu Ajansı", "Agence Anadolu", "الأناضول", "وكالة الأناضول",
            "Анадолу"), ("aa.com.tr",)),
    ("dha", ("DHA", "Demirören Haber Ajansı"), ("dha.com.tr",)),
    ("iha", ("İHA", "IHA", "İhlas Haber Ajansı"), ("iha.com.tr",)),
    ("anka", ("ANKA", "ANKA Haber Ajansı"), ("ankahaber.net",)),
    ("irna", ("IRNA", "ایرنا", "إرنا"), ("irna.ir",)),
    ("isna", ("ISNA", "ایسنا"), ("isna.ir",)),
    ("mehr", ("Mehr News Agency", "مهر", "خبرگزاری مهر"), ("mehrnews.com",)),
    ("fars", ("Fars News Agency", "فارس", "خبرگزاری فارس"), ("farsnews.ir",)),
    ("tasnim", ("Tasnim", "Tasnim News Agency", "تسنیم"), ("tasnimnews.com",)),
    ("mena", ("MENA", "Middle East News Agency", "أ ش أ", "وكالة أنباء الشرق الأوسط"), ("mena.org.eg",)),
    ("spa", ("SPA", "Saudi Press Agency", "واس", "وكالة الأنباء السعودية"), ("spa.gov.sa",)),
    ("wam", ("WAM", "Emirates News Agency", "وام", "وكالة أنباء الإمارات"), ("wam.ae",)),
    ("kuna", ("KUNA", "Kuwait News Agency", "كونا"), ("kuna.net.kw",)),
    ("qna", ("QNA", "Qatar News Agency", "قنا"), ("qna.org.qa",)),
    ("bna", ("BNA", "Bahrain News Agency", "بنا"), ("bna.bh",)),
    ("ona", ("ONA", "Oman News Agency"), ("omannews.gov.om",)),
    ("petra", ("Petra", "Jordan News Agency", "بترا"), ("petra.gov.jo",)),
    ("nna", ("NNA", "National News Agency", "الوكالة الوطنية للإعلام"), ("nna-leb.gov.lb",)),
    ("sana", ("SANA", "سانا"), ("sana.sy",)),
    ("ina", ("INA", "Iraqi News Agency", "واع"), ("ina.iq",)),
    ("wafa", ("WAFA", "وفا"), ("wafa.ps",)),
    ("aps", ("APS", "Algérie Presse Service", "وأج"), ("aps.dz",)),
    ("map", ("MAP", "Maghreb Arabe Presse", "و م ع"), ("mapnews.ma",)),
    ("tap", ("TAP", "Tunis Afrique Presse", "وات"), ("tap.info.tn",)),
    ("lana", ("LANA", "وال"), ("lana.gov.ly",)),
    ("jta", ("JTA", "Jewish Telegraphic Agency"), ("jta.org",)),
    ("jns", ("JNS", "Jewish News Syndicate"), ("jns.org",)),
    ("tps", ("TPS", "Press Service of Israel"), ("tps.co.il",)),
    # Asia and the Pacific
    ("xinhua", ("Xinhua", "Xinhua News Agency", "XINHUA", "新华社", "新華社", "新华网", "新華網", "新华", "Синьхуа",
                "شينخوا", "신화통신", "新華社通信"), ("xinhuanet.com", "news.cn")),
    ("chinanews", ("中新社", "中新网", "中新網", "中国新闻网", "中国新闻社", "China News Service", "CNS"),
     ("chinanews.com", "chinanews.com.cn", "ecns.cn")),
    ("cnatw", ("中央社", "Central News Agency", "Focus Taiwan"), ("cna.com.tw", "focustaiwan.tw")),
    ("kyodo", ("Kyodo", "Kyodo News", "KYODO NEWS", "共同", "共同通信", "共同通信社", "共同社", "교도통신"),
     ("kyodonews.net", "kyodonews.jp", "kyodo.co.jp")),
    ("jiji", ("Jiji", "Jiji Press", "時事", "時事通信", "時事通信社", "时事社", "지지통신"), ("jiji.com",)),
    ("yonhap", ("Yonhap", "Yonhap News", "Yonhap News Agency", "연합뉴스", "聯合ニュース", "韩联社", "韓聯社", "Ёнхап",
                "Рёнхап"), ("yna.co.kr", "yonhapnews.co.kr")),
    ("newsis", ("Newsis", "뉴시스"), ("newsis.com",)),
    ("news1", ("News1", "뉴스1"), ("news1.kr",)),
    ("kcna", ("KCNA", "Korean Central News Agency", "조선중앙통신", "朝中社", "朝鮮中央通信", "ЦТАК"), ("kcna.kp",)),
    ("montsame", ("MONTSAME", "Montsame", "МОНЦАМЭ"), ("montsame.mn",)),
    ("pti", ("PTI", "Press Trust of India", "पीटीआई", "भाषा", "पीटीआई-भाषा"), ("ptinews.com",)),
    ("ani", ("ANI", "Asian News International", "एएनआई"), ("aninews.in",)),
    ("ians", ("IANS", "Indo-Asian News Service", "आईएएनएस"), ("ians.in",)),
    ("uni", ("UNI", "United News of India", "यूनीवार्ता", "वार्ता"), ("uniindia.com",)),
    ("app", ("APP", "Associated Press of Pakistan"), ("app.com.pk",)),
    ("ppi", ("PPI", "Pakistan Press International"), ("ppinewsagency.com",)),
    ("inp", ("INP", "Independent News Pakistan"), ("inp.net.pk",)),
    ("bss", ("BSS", "Bangladesh Sangbad Sangstha", "বাসস"), ("bssnews.net",)),
    ("unb", ("UNB", "United News of Bangladesh", "ইউএনবি"), ("unb.com.bd",)),
    ("rss", ("Rastriya Samachar Samiti", "रासस"), ("rssnepal.com",)),
    ("pajhwok", ("Pajhwok", "Pajhwok Afghan News"), ("pajhwok.com",)),
    ("bernama", ("Bernama", "BERNAMA"), ("bernama.com",)),
    ("antara", ("Antara", "ANTARA", "Antara News", "ANTARA News", "LKBN Antara"), ("antaranews.com",)),
    ("vna", ("VNA", "Vietnam News Agency", "TTXVN", "Thông tấn xã Việt Nam", "越通社"),
     ("vnanet.vn", "vietnamplus.vn", "ttxvn.vn")),
    ("tna", ("TNA", "Thai News Agency", "สำนักข่าวไทย"), ("tna.mcot.net",)),
    ("akp", ("AKP", "Agence Kampuchea Presse"), ("akp.gov.kh",)),
    ("kpl", ("KPL", "Lao News Agency"), ("kpl.gov.la",)),
    ("mna", ("Myanmar News Agency",), ("moi.gov.mm",)),
    ("pna", ("PNA", "Philippine News Agency"), ("pna.gov.ph",)),
    ("aap", ("AAP", "Australian Associated Press", "AAP Newswire"), ("aap.com.au",)),
    ("nzpa", ("NZPA", "NZ Newswire"), ("nznewswire.co.nz",)),
    # the Americas
    ("cp", ("CP", "Canadian Press", "The Canadian Press", "La Presse Canadienne", "La Presse canadienne"),
     ("thecanadianpress.com",)),
    ("notimex", ("Notimex", "NTX"), ("notimex.gob.mx",)),
    ("prensalatina", ("Prensa Latina", "拉美社"), ("prensa-latina.cu", "plenglish.com")),
    ("acn", ("ACN", "Agencia Cubana de Noticias"), ("acn.cu",)),
    ("telam", ("Télam", "TELAM", "Telam"), ("telam.com.ar",)),
    ("na", ("Noticias Argentinas",), ("noticiasargentinas.com",)),
    ("andina", ("Andina", "ANDINA"), ("andina.pe",)),
    ("abi", ("ABI", "Agencia Boliviana de Información"), ("abi.bo",)),
    ("agenciabrasil", ("Agência Brasil", "Agencia Brasil"), ("agenciabrasil.ebc.com.br",)),
    ("estadaoconteudo", ("Estadão Conteúdo", "Estadão"), ("estadaoconteudo.com.br",)),
    ("folhapress", ("Folhapress", "FolhaPress"), ("folhapress.com.br",)),
    ("colprensa", ("Colprensa",), ("colprensa.com",)),
    ("avn", ("AVN", "Agencia Venezolana de Noticias"), ("avn.info.ve",)),
    ("cmc", ("CMC", "Caribbean Media Corporation"), ("cmc.com.bb",)),
    ("catholicnewsservice", ("Catholic News Service",), ("catholicnews.com",)),
    ("rns", ("RNS", "Religion News Service"), ("religionnews.com",)),
    ("tns", ("TNS", "Tribune News Service"), ("tribunenewsservice.com",)),
    # Africa
    ("pana", ("PANA", "PANAPRESS", "Panapress"), ("panapress.com",)),
    ("nan", ("NAN", "News Agency of Nigeria"), ("nannews.ng",)),
    ("gna", ("GNA", "Ghana News Agency"), ("gna.org.gh",)),
    ("kenyanewsagency", ("Kenya News Agency",), ("kenyanews.go.ke",)),
    ("ena", ("ENA", "Ethiopian News Agency"), ("ena.et",)),
    ("sanews", ("SAnews.gov.za", "SAnews"), ("sanews.gov.za",)),
    ("sapa", ("SAPA", "Sapa"), ("sapa.org.za",)),
    ("africannewsagency", ("African News Agency",), ("africannewsagency.com",)),
    ("suna", ("SUNA", "Sudan News Agency", "سونا"), ("suna-sd.net",)),
    ("angop", ("ANGOP", "Angop"), ("angop.ao",)),
    ("aim", ("AIM", "Agência de Informação de Moçambique"), ("aimnews.org",)),
    ("inforpress", ("Inforpress",), ("inforpress.cv",)),
    ("aip", ("AIP", "Agence Ivoirienne de Presse"), ("aip.ci",)),
    ("apanews", ("APAnews", "Agence de Presse Africaine"), ("apanews.net",)),
    ("newziana", ("New Ziana", "Ziana"), ("newziana.co.zw",)),
    ("allafrica", ("allAfrica", "AllAfrica"), ("allafrica.com",)),
    # wires that carry announcements
    ("prnewswire", ("PRNewswire", "PR Newswire", "PRNewswire-USNewswire", "PRNewswire-PRWeb", "美通社", "共同通信PRワイヤー"),
     ("prnewswire.com", "prnasia.com", "prnewswire.co.uk")),
    ("businesswire", ("BUSINESS WIRE", "Business Wire", "BusinessWire"), ("businesswire.com",)),
    ("globenewswire", ("GLOBE NEWSWIRE", "GlobeNewswire", "Globe Newswire"), ("globenewswire.com",)),
    ("accesswire", ("ACCESSWIRE", "Accesswire", "ACCESS Newswire"), ("accesswire.com", "accessnewswire.com")),
    ("newsfile", ("Newsfile Corp.", "Newsfile"), ("newsfilecorp.com",)),
    ("cnw", ("CNW", "CNW Group", "CNW Telbec"), ("newswire.ca",)),
    ("prweb", ("PRWEB", "PRWeb"), ("prweb.com",)),
    ("einpresswire", ("EINPresswire", "EINPresswire.com", "EIN Presswire"), ("einpresswire.com",)),
    ("acnnewswire", ("ACN Newswire", "JCN Newswire"), ("acnnewswire.com", "jcnnewswire.com")),
    ("newswire", ("Newswire.com",), ("newswire.com",)),
    ("marketwired", ("Marketwired", "MARKETWIRED", "Marketwire"), ("marketwired.com",)),
    ("presseportal", ("news aktuell", "ots", "presseportal"), ("presseportal.de", "newsaktuell.de")),
    ("apogroup", ("APO Group", "African Press Organization"), ("apo-opa.com", "africa-newsroom.com")),
)  # fmt: skip

# Media that texts credit bare ("CNN —", "told CNN"): a name needs no table where a phrase says that it is a credit.
MEDIA: tuple[str, ...] = (
    "CNN", "CNN Business", "CNN Newsource", "BBC", "BBC News", "NPR", "PBS", "NBC News", "CBS News",
    "ABC News", "Fox News", "CNBC", "MSNBC", "Sky News", "ITV News", "Channel 4 News", "Euronews",
    "France 24", "RFI", "Deutsche Welle", "DW", "VOA", "Voice of America", "RFE/RL",
    "Radio Free Europe/Radio Liberty", "Radio Free Asia", "Al Jazeera", "Al Arabiya", "CBC News",
    "CTV News", "Global News", "RNZ", "SBS News", "NHK", "CGTN", "CCTV", "TVBS", "NDTV", "Politico",
    "Axios", "ProPublica", "The Conversation", "KFF Health News", "Kaiser Health News",
    "The New York Times", "New York Times", "Washington Post", "The Washington Post", "Wall Street Journal",
    "The Wall Street Journal", "Financial Times", "Los Angeles Times", "USA Today", "Newsweek", "Forbes",
    "Business Insider", "TechCrunch", "The Guardian", "The Independent", "The Times", "The Telegraph",
    "Daily Mail", "The Economist", "Le Monde", "Le Figaro", "Libération", "Der Spiegel", "Die Zeit",
    "Süddeutsche Zeitung", "El País", "El Mundo", "La Vanguardia", "Corriere della Sera", "La Repubblica",
    "La Stampa", "Gazeta Wyborcza", "Hürriyet", "Haaretz", "Ynet", "Folha de S.Paulo", "O Globo", "G1",
    "Clarín", "La Nación", "Infobae", "Nikkei", "Nikkei Asia", "Asahi Shimbun", "Yomiuri Shimbun", "Caixin",
    "South China Morning Post", "Global Times", "Times of India", "The Hindu", "Geo News", "Kompas.com",
    "Detik.com", "VnExpress", "Коммерсантъ", "Известия", "РБК", "Медуза", "Українська правда",
    "Українська правда", "Суспільне", "Hromadske", "Kyiv Independent", "Al-Ahram", "الجزيرة", "العربية",
    "سكاي نيوز عربية", "Thomson Reuters Foundation", "Inter Press Service", "IPS", "Deseret News",
)  # fmt: skip

# "Source: X" at the start of a line or sentence.
SOURCE_LABELS: tuple[str, ...] = (
    "Source", "Sources", "Original source", "News source", "Article source", "Story source",
    "Quelle", "Quellen", "Originalquelle", "Fuente", "Fuentes", "Fonte", "Fontes", "Fonti",
    "Font", "Iturria", "Sursa", "Surse", "Bron", "Bronnen", "Källa", "Källor", "Kilde", "Kilder", "Kjelde",
    "Heimild", "Lähde", "Allikas", "Avots", "Šaltinis", "Źródło", "Źródła", "Zdroj", "Zdroje", "Forrás",
    "Izvor", "Vir", "Burimi", "Kaynak", "Mənbə", "Manba", "Дереккөз", "Источник", "Источники",
    "Первоисточник", "Джерело", "Крыніца", "Извор", "Източник", "Эх сурвалж", "Булак", "Πηγή", "Աղբյուր",
    "წყარო", "المصدر", "مصدر", "منبع", "ماخذ", "بشکریہ", "سرچینه", "מקור", "स्रोत", "साभार", "স্রোত",
    "সূত্র", "ਸਰੋਤ", "સ્ત્રોત", "ஆதாரம்", "நன்றி", "మూలం", "ಮೂಲ", "ഉറവിടം", "මූලාශ්‍රය", "ที่มา",
    "แหล่งที่มา", "ທີ່ມາ", "ប្រភព", "မူရင်း", "Nguồn", "Nguồn tin", "Sumber", "Sumber berita", "Pinagmulan",
    "Pinagkunan", "Chanzo", "Tushe", "Orísun", "Umthombo", "Umthombo", "Xigha", "출처", "자료", "来源", "來源",
    "消息来源", "消息來源", "新闻来源", "文章来源", "信息来源", "稿源", "稿件来源", "资料来源", "資料來源", "出典", "出所", "情報源", "引用元", "転載元",
    "元記事", "配信元", "提供元", "ソース", "文章出处", "出处",
)  # fmt: skip

# Labels whose value is the one that wrote the text first; weightier than a source, which may be of a fact.
ORIGIN_LABELS: tuple[str, ...] = (
    "Originally published", "Original article", "Original story", "First published", "Originally appeared",
    "Originalartikel", "Erstveröffentlichung", "Article original", "Artículo original", "Artigo original",
    "Articolo originale", "Origineel artikel", "Оригинал", "Оригинал статьи", "Оригінал", "Oryginał",
    "Původní článek", "Artikel asli", "Bài gốc", "原文", "原文链接", "原文網址", "转载自", "轉載自", "转自", "轉自", "原載", "初出",
    "元の記事", "원문",
)  # fmt: skip

# (kind, place, phrase). Places: "line": the phrase is the whole line; "known": the same, for names of the table
# and host names alone; "text": in any sentence; "head": a line or sentence begins with it and ends with the name.
PHRASES: tuple[tuple[str, str, str], ...] = (
    # -- English
    (
        "originally",
        "text",
        "(originally|first) (published|appeared|printed|posted|aired|ran) (by|on|in|at|with|for|via|over at) {}",
    ),
    ("originally", "text", "previously (published|appeared) (by|on|in|at) {}"),
    (
        "originally",
        "text",
        "(published|appeared|ran|printed|posted|shared) (originally|first) (by|on|in|at|with|for) {}",
    ),
    (
        "originally",
        "text",
        "(republished|reprinted|reproduced|reposted|syndicated) (|here|with permission|courtesy|with the permission|by permission) (from|of|by|through|via) {}",
    ),
    (
        "originally",
        "text",
        (
            "(article|story|report|post|piece|content) (was|is|has been) (produced|provided|supplied|"
            "distributed|syndicated) by {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(article|story|report|post|piece|content) (comes|came|is|appears) (courtesy of|from|via|by "
            "courtesy of) {}"
        ),
    ),
    ("originally", "text", "(article|story|report|post|piece) is part of a collaboration with {}"),
    (
        "originally",
        "text",
        (
            "original (article|story|report|version|post|text) (was published|was posted|was written|"
            "appeared|can be found|can be read|is available|is) (by|on|in|at) {}"
        ),
    ),
    ("originally", "text", "(article|story|report) first ran (on|in|at) {}"),
    ("via", "text", "(informs|informed|reports|reported|writes|says|relays|learned|learnt) *via {}"),
    (
        "via",
        "text",
        (
            "{own} (|news|news agency) (reports|informs|writes|says|reported|informed|wrote|said) (|with|"
            "in|with a) *(citing|quoting|referring to|reference to|via) {}"
        ),
    ),
    ("via", "text", "{own} (|with|in) *(citing|quoting|referring to|reference to) {}"),
    (
        "via",
        "line",
        (
            "(via|as reported by|reported by|according to|hat tip|as told by|as "
            "published by|syndicated from|taken from|adapted from) {}"
        ),
    ),
    (
        "via",
        "known",
        (
            "(with|from|courtesy of|by way of|published by|provided by|supplied by|distributed by|produced by|story by|"
            "report by|reporting by|text by|copy by|written by|per) {}"
        ),
    ),
    ("via", "line", "{} (reports|reported|writes)"),
    (
        "read_more",
        "head",
        (
            "(read|see|view|find|get|check out|click for|click here for|continue to) the *(full|original|"
            "whole|entire|complete|rest of the|rest of this|full original) (story|article|report|interview|"
            "piece|post|text|version|review|column|analysis|account|news|release|coverage|transcript|) (at|"
            "on|in|from|over at|by|via|here at|) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(read|see) (the|this|) *(rest|original|article|story|full) (|article|story|report|here) (at|"
            "on|in|from|over at) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(full|original|whole|entire|complete) (story|article|report|interview|piece|post|text|"
            "version) (is|can be read|can be found|is available|continues|) (at|on|in|from|over at) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(continue|keep) *reading (at|on|in|over at|this at|this on|this article at|this article on|"
            "this story at|this story on|the full story at|the full article at) {}"
        ),
    ),
    (
        "read_more",
        "head",
        ("(read) more *(at|over at|here at|about this at|about it at|of this story at|of this at) {}"),
    ),
    ("read_more", "head", "(story continues|article continues|story continued|read on) (at|over at|on) {}"),
    ("read_more", "known", "(more|read more) (at|over at) {}"),
    # -- German
    (
        "originally",
        "text",
        (
            "(ursprünglich|zuerst|erstmals|zunächst|vorab|im original) (erschienen|veröffentlicht|"
            "publiziert|erschien|gedruckt) (bei|auf|in|im|von|in der|auf der) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(erschien) (ursprünglich|zuerst|erstmals|zunächst|im original) (bei|auf|in|im|von|in der|auf "
            "der) {}"
        ),
    ),
    ("originally", "text", "(übernommen|nachgedruckt|nachdruck) (von|aus|aus der) {}"),
    ("via", "text", "{own} (berichtet|meldet|schreibt) unter *berufung auf {}"),
    ("via", "line", "(wie) {} (berichtet|berichten|meldet|schreibt|mitteilt|berichtete|meldete)"),
    ("via", "line", "(laut|nach angaben von|unter berufung auf|mit material von|zitiert nach) {}"),
    ("via", "known", "(mit|über|gemäß) {}"),
    ("via", "line", "{} (berichtet|meldet|schreibt)"),
    (
        "read_more",
        "head",
        (
            "(weiterlesen|weiter lesen|mehr lesen|weiter geht es|lesen sie mehr|lesen sie weiter|hier "
            "weiterlesen) (auf|bei) {}"
        ),
    ),
    ("read_more", "known", "(mehr dazu|mehr|weiter|weiterlesen) (auf|bei|in der|im|in) {}"),
    (
        "read_more",
        "head",
        (
            "(vollständigen|kompletten|gesamten|vollständige) (artikel|beitrag|bericht|text) (|lesen sie|"
            "lesen|finden sie|gibt es|lesen sie hier) (auf|bei|in|in der) {}"
        ),
    ),
    # -- French
    (
        "originally",
        "text",
        (
            "(initialement|originellement|originalement|d'abord|précédemment) (publié|publiée|paru|parue|"
            "diffusé) (par|sur|dans|chez|en|dans le|sur le) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(publié|publiée|paru|parue|diffusé) (initialement|à l'origine|originellement|pour la première "
            "fois|d'abord|en premier) (par|sur|dans|chez|en) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(republié|reproduit|repris) (à partir de|de|depuis|avec l'autorisation de|avec l'aimable "
            "autorisation de) {}"
        ),
    ),
    ("via", "line", "(selon|d'après|comme le rapporte|comme l'a rapporté|rapporté par) {}"),
    ("via", "known", "(avec|d'après|avec l'|écrit) {}"),
    ("via", "line", "{} (rapporte|rapporte que|a rapporté|écrit)"),
    (
        "read_more",
        "head",
        (
            "(lire|lisez|voir|retrouvez|consultez) (la suite|l'article complet|l'intégralité de l'article|"
            "l'article original|l'article entier|la version complète|l'article|la suite de l'article|plus|"
            "la totalité de l'article|tout l'article) (sur|chez|dans|de|sur le site de) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(la suite|suite|article complet|la suite de cet article|l'article complet|l'intégralité) (|"
            "est|à lire|disponible) (sur|dans|chez) {}"
        ),
    ),
    # -- Spanish
    (
        "originally",
        "text",
        (
            "(originalmente|inicialmente|previamente) (publicado|publicada|publicó|apareció|aparecido) (en|"
            "por|en el|en la) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(publicado|publicada|publicó|apareció|se publicó|fue publicado|fue publicada) (originalmente|"
            "originariamente|inicialmente|por primera vez|primero|previamente) (en|por|en el|en la) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(reproducido|reproducida|republicado|tomado|tomada|retomado) (de|con permiso de|con "
            "autorización de|del) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(según|según informó|según informa|según reportó|según publica|según publicó|según reporta|"
            "según el medio|vía|con información de|de acuerdo con|de acuerdo a|así lo informó|citando a) {}"
        ),
    ),
    ("via", "known", "(con|informa|a través de|con datos de) {}"),
    ("via", "line", "{} (informa|informó|reporta|reportó|publica|publicó)"),
    (
        "read_more",
        "head",
        (
            "(lea|lee|leer|seguir|ver|siga|sigue|continúe|continuar|lea aquí|leer la|lea la|ver la|vea) (|"
            "más|leyendo|la nota completa|el artículo completo|la noticia completa|la historia completa|el "
            "texto completo|nota completa|noticia completa|artículo original|el artículo original|la nota|"
            "la información completa|el reportaje completo) (en|en el|en la) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(nota completa|artículo completo|noticia completa|historia completa|texto completo) (está|"
            "está disponible|) (en) {}"
        ),
    ),
    # -- Portuguese
    (
        "originally",
        "text",
        (
            "(originalmente|inicialmente|originariamente) (publicado|publicada|publicou|veiculado|"
            "veiculada|apareceu) (em|por|no|na|pelo|pela) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(publicado|publicada|apareceu|veiculado|saiu) (originalmente|inicialmente|primeiro|"
            "primeiramente|pela primeira vez) (em|por|no|na|pelo|pela) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(reproduzido|republicado|reproduzida|republicada) (de|do|da|com autorização de|com permissão de) {}",
    ),
    (
        "via",
        "line",
        (
            "(segundo|de acordo com|conforme|segundo informou|segundo informações de|segundo informações "
            "do|com informações de|com informações do|com informações da|conforme informou|como informou|"
            "citando|segundo o|segundo a) {}"
        ),
    ),
    ("via", "line", "{} (informa|informou|noticia|noticiou|reporta)"),
    (
        "read_more",
        "head",
        (
            "(leia|ler|veja|continue|continuar|confira|ver) (|a leitura|a matéria completa|matéria completa|mais|"
            "lendo|a ler|leitura|a matéria completa|o artigo completo|a reportagem completa|a notícia "
            "completa|a íntegra|o texto completo|a matéria original|a leitura) (em|no|na|no site|no site "
            "do) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(matéria completa|reportagem completa|artigo completo|notícia completa|íntegra) (está|) (em|"
            "no|na) {}"
        ),
    ),
    # -- Italian
    (
        "originally",
        "text",
        (
            "(originariamente|originalmente|inizialmente|precedentemente) (pubblicato|apparso|pubblicata|"
            "uscito) (su|da|in|sul|dal|nel|sulla) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(pubblicato|apparso|pubblicata|uscito) (originariamente|originalmente|inizialmente|per la "
            "prima volta|prima) (su|da|in|sul|dal|nel|sulla) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(ripubblicato|riprodotto|tratto|ripreso) (da|dal|dalla|su gentile concessione di|per gentile "
            "concessione di) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(secondo|secondo quanto riportato da|secondo quanto riferito da|come riportato da|come "
            "riporta|riporta|lo riporta|lo riferisce|come scrive|stando a|con informazioni di|citando) {}"
        ),
    ),
    ("via", "line", "{} (riporta|riferisce|scrive)"),
    (
        "read_more",
        "head",
        (
            "(leggi|continua|leggere|continua a|leggete|prosegui) (|tutto|di più|a leggere|l'articolo "
            "completo|l'articolo originale|l'articolo|la notizia completa|la lettura|la storia completa|"
            "l'intervista completa|leggere) (su|sul|da|in|sulla) {}"
        ),
    ),
    # -- Dutch, Afrikaans
    (
        "originally",
        "text",
        (
            "(oorspronkelijk|eerder|eerst|oorspronklik|eerste) (gepubliceerd|verschenen|verscheen|"
            "gepubliseer|verskyn) (op|door|bij|in|deur) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(verscheen|gepubliceerd|verschenen) (eerst|eerder|oorspronkelijk|als eerste) (op|door|bij|in) {}",
    ),
    (
        "via",
        "line",
        "(volgens|zoals gemeld door|aldus|dat meldt|met dank aan|dit meldt|so berig|luidens) {}",
    ),
    ("via", "known", "(meldt|schrijft|met) {}"),
    ("via", "line", "{} (meldt|bericht|schrijft|berig)"),
    (
        "read_more",
        "head",
        (
            "(lees|bekijk) (verder|meer|het volledige artikel|het hele artikel|het hele verhaal|het "
            "volledige verhaal|het originele artikel|meer hierover|die volledige storie|die hele artikel) "
            "(op|bij|in|via|by) {}"
        ),
    ),
    # -- Swedish, Danish, Norwegian
    (
        "originally",
        "text",
        (
            "(ursprungligen|först|tidigare|oprindeligt|oprindelig|først|tidligere|opprinnelig|opphavleg) "
            "(publicerad|publicerades|publicerat|udgivet|publiceret|bragt|publisert|trykket|skrevet) (i|av|"
            "på|hos|af) {}"
        ),
    ),
    (
        "via",
        "line",
        "(enligt|ifølge|det skriver|det rapporterar|det oplyser|det melder|ifølgje|i følge) {}",
    ),
    ("via", "known", "(skriver|rapporterar|melder|følge) {}"),
    ("via", "line", "{} (rapporterar|rapporterer|skriver|melder|meddelar)"),
    (
        "read_more",
        "head",
        (
            "(läs|les|læs) (mer|mere|vidare|videre|hela artikeln|hele saken|hele artiklen|hele artikkelen|"
            "hela texten|hele historien|originalartikeln|resten) (på|hos|i) {}"
        ),
    ),
    # -- Finnish, Estonian, Hungarian
    ("originally", "text", "(julkaistu|ilmestyi|julkaistiin) (alun perin|ensimmäisen kerran|ensin) {}"),
    ("via", "line", "(lähteenä|näin kertoo|asiasta kertoo|asiasta uutisoi) {}"),
    ("via", "known", "(kertoo|uutisoi|vahendab|teatas|kirjutab|írja|írta) {}"),
    ("via", "line", "{} (kertoo|uutisoi|raportoi|vahendab|teatab|jelentette|írja|írta meg)"),
    (
        "read_more",
        "head",
        (
            "(lue|loe) (lisää|koko juttu|koko artikkeli|edasi|lähemalt|rohkem) (palvelusta|sivustolta|"
            "portaalist|lehest|) {}"
        ),
    ),
    # -- Polish, Czech, Slovak, Romanian, South Slavic, Baltic, Albanian, Greek
    (
        "originally",
        "text",
        (
            "(pierwotnie|oryginalnie|po raz pierwszy|wcześniej) (opublikowany|opublikowano|opublikowana|"
            "ukazał się|ukazała się|opublikował) (przez|w|na|na łamach|na stronie) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(ukazał się|ukazała się|opublikowano) (pierwotnie|po raz pierwszy|najpierw|oryginalnie) (w|na|"
            "na łamach|na stronie) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(původně|pôvodne|poprvé|prvýkrát) (publikován|publikováno|publikovaný|publikované|vyšel|vyšlo|"
            "zveřejněn|zverejnený|vyšiel) (na|v|ve|v časopise|serverem|portálem) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(publicat|apărut) (inițial|original|pentru prima dată|prima dată) (de|pe|în|la) {}",
    ),
    (
        "originally",
        "text",
        (
            "(izvorno|prvobitno|prvotno|prvi put|изворно|првобитно|първоначално) (objavljen|objavljeno|"
            "objavljena|objavljen je|објављен|објављено|публикуван|публикувана) (na|u|v|od|на|у|в|от) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(według|jak podaje|jak informuje|jak donosi|jak podał|cytując|podle|podľa|potrivit|conform|"
            "citând|prema|kako javlja|kako prenosi|према|како јавља|според|sipas|anot|remiantis|σύμφωνα με|"
            "σύμφωνα με το|όπως αναφέρει το|με πληροφορίες από) {}"
        ),
    ),
    (
        "via",
        "known",
        (
            "(podaje|informuje|donosi|za|uvedl|uvedla|javlja|prenosi|poroča|piše|преноси|съобщава|съобщи|"
            "пише|raporton|raksta|ziņo|vēsta|pēc) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "{} (podaje|informuje|donosi|informoval|informovala|uvedl|píše|informuje|javlja|prenosi|poroča|"
            "piše|преноси|јавља|съобщава|пише|raporton|praneša|ziņo|αναφέρει|relatează|scrie|informează)"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(czytaj|przeczytaj|cały|więcej) (więcej|dalej|całość|cały artykuł|artykuł|pełny artykuł|całą "
            "historię|tekst|) (na|w|w serwisie|na stronie) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(více|viac|čtěte|čítajte|číst|celý|pokračování) (více|dál|dále|ďalej|viac|článek|článok|celý "
            "článek|čtení|) (na|v|ve) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(citește|citiți|citeşte|continuarea|articolul) (mai mult|mai departe|articolul complet|"
            "articolul integral|continuarea|integral|complet|mai multe|) (pe|în|la) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(pročitajte|pročitaj|opširnije|više|ceo|cijeli|preberite|več|celoten|прочетете|повече|цялата "
            "статия|опширније|целиот) (više|cijeli članak|ceo tekst|članak|tekst|več|статията|още|целия "
            "текст|текст|повеќе|) (na|u|v|на|в|у) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(διαβάστε|συνέχεια) (περισσότερα|τη συνέχεια|ολόκληρο το άρθρο|όλο το άρθρο|) (στο|στη|στην|"
            "στα|από) {}"
        ),
    ),
    # -- Russian, Ukrainian, Belarusian, Kazakh and neighbours
    (
        "originally",
        "text",
        (
            "(впервые|первоначально|изначально|ранее|вперше|спочатку|раніше) (опубликован|опубликована|"
            "опубликовано|опубликовал|опубликовала|вышла|вышел|опубліковано|опублікована|опублікований) (в|"
            "на|на сайте|в газете|у|на сайті|порталом|изданием|виданням) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(перепечатано|перепечатка|перепост|передруковано|передрук) (из|с|з|с сайта|із|з сайту) {}",
    ),
    (
        "via",
        "text",
        (
            "{own} (|передает|сообщает|пишет|информирует|сообщил|передаёт|повідомляє|передає|пише|"
            "хабарлайды) (|со|с|з|із) *(ссылкой на|посиланням на|ссылаясь на|посилаючись на) {}"
        ),
    ),
    (
        "via",
        "text",
        (
            "(передает|сообщает|пишет|информирует|передаёт|повідомляє|передає|пише|інформує) {own} (|со|с|"
            "з|із) *(ссылкой на|посиланням на|ссылаясь на|посилаючись на) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(по данным|по информации|по сообщению|как сообщает|как пишет|об этом сообщает|об этом пишет|"
            "об этом передает|со ссылкой на|по материалам|за даними|за інформацією|за матеріалами|як "
            "повідомляє|як пише|про це повідомляє|про це пише|з посиланням на|па даных|деп хабарлайды) {}"
        ),
    ),
    ("via", "known", "(сообщает|передает|передаёт|пишет|повідомляє|пише|передає|паведамляе|хабарлайды) {}"),
    (
        "via",
        "line",
        (
            "{} (сообщает|передает|передаёт|пишет|сообщил|сообщила|повідомляє|пише|передає|хабарлайды|"
            "паведамляе|билдирет)"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(читать|читайте|подробнее|полностью|далее|продолжение|полный текст|читати|детальніше|повний "
            "текст|продовження) (далее|дальше|полностью|подробнее|продолжение|полную версию|полный текст|"
            "статью полностью|оригинал|оригинал статьи|далі|повністю|повний текст|) (на|в|на сайте|у|на "
            "сайті) {}"
        ),
    ),
    # -- Turkish, Azeri, Uzbek
    (
        "via",
        "line",
        "{} (bildirdi|bildiriyor|aktardı|yazdı|duyurdu|haber verdi|xəbər verir|yazır|bildirir|haberine göre|haberi|xabar berdi|xabar qildi|istinadən)",
    ),
    (
        "originally",
        "text",
        "(ilk olarak|orijinali|aslı) {} (yayınlandı|yayımlandı|yayınlanmıştır|yayımlanmıştır)",
    ),
    ("read_more", "line", "(haberin devamı|haberin tamamı|yazının tamamı|haberin devamını oku) {}"),
    # -- Vietnamese, Indonesian, Malay, Filipino, Swahili and others in Latin script
    ("originally", "text", "(đăng|đăng tải|xuất bản) (lần đầu|lần đầu tiên|đầu tiên) (trên|bởi|tại|ở) {}"),
    (
        "originally",
        "text",
        (
            "(pertama kali|sebelumnya|telah|awalnya|asalnya) (diterbitkan|dimuat|tayang|terbit|"
            "dipublikasikan|disiarkan|ditayangkan) (di|oleh|pada|dalam) {}"
        ),
    ),
    ("originally", "text", "(unang|orihinal na) (inilathala|nailathala|lumabas) (ng|sa|ng|ng) {}"),
    ("via", "line", "(theo|theo tin từ|theo báo|dẫn theo|lược dịch từ|dịch từ|trích từ) {}"),
    (
        "via",
        "line",
        (
            "(menurut|dikutip dari|dilansir|dilansir dari|dilansir dari laman|dinukil dari|mengutip|"
            "disadur dari|seperti dikutip dari|seperti dilaporkan|ayon sa|ulat ng|ulat mula sa|kwa mujibu "
            "wa|kulingana na|kwa hisani ya|imeripotiwa na|a cewar|rahoton|bisa ga rahoton|gẹ́gẹ́ bí|"
            "ngokutsho kwe|ngokwe|sida ay sheegtay|ayaa sheegay|malinga ni) {}"
        ),
    ),
    ("via", "known", "(melaporkan|lapor|laporan|mula sa|akka|dika|nke) {}"),
    (
        "via",
        "line",
        (
            "{} (melaporkan|memberitakan|lapor|đưa tin|cho biết|inaripoti|imeripoti|ta ruwaito|ta bayar da "
            "rahoto|sheegtay)"
        ),
    ),
    (
        "read_more",
        "head",
        "(đọc|xem) (thêm|tiếp|toàn bộ|toàn văn|bài gốc|chi tiết|toàn bộ bài viết|đầy đủ) (tại|trên|ở) {}",
    ),
    (
        "read_more",
        "head",
        (
            "(baca|simak|soma|karanta|basahin) (|selengkapnya|lebih lanjut|artikel selengkapnya|berita "
            "selengkapnya|selanjutnya|artikel penuh|berita penuh|artikel asli|zaidi|habari kamili|ang "
            "buong|kwenye) (di|pada|kwenye|katika|sa|a) {}"
        ),
    ),
    # -- Arabic script, Hebrew
    (
        "originally",
        "text",
        (
            "(نشر|نشرت|نُشر|ظهر|منشور|نشر هذا المقال|نشر المقال) (في الأصل|لأول مرة|أولا|أصلا|سابقا|أول "
            "مرة) (في|على|من قبل|بواسطة|لدى) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(بحسب|وفقا ل|حسب|نقلا عن|وفق|كما ذكرت|كما أفادت|بحسب ما ذكرت|نقلا عن موقع|نقلا عن وكالة|به "
            "گزارش|به نقل از|بہ حوالہ|بحوالہ|לפי|על פי|כך דיווח|כך לפי) {}"
        ),
    ),
    ("via", "line", "{} (گزارش داد|نوشت|کے مطابق|ذكرت|أفادت|דיווח|מדווח)"),
    (
        "read_more",
        "head",
        (
            "(اقرأ|تابع|للمزيد|لقراءة|ادامه|قرأ|קראו|לקריאה) (|المزيد|التفاصيل|القراءة|النص الكامل|المقال "
            "كاملا|المقال|باقي المقال|بقية المقال|مطلب|عוד|את הכתבה המלאה) (على|في|من|در|ב|באתר) {}"
        ),
    ),
    # -- Indic scripts
    (
        "via",
        "line",
        "{} (के अनुसार|की रिपोर्ट|के हवाले से|ने बताया|এর খবর|সূত্রে|प्रमाणे|অনুসারে|জানিয়েছে|के मुताबिक)",
    ),
    ("via", "line", "(सौजन्य|স্বীকৃতি|সৌজন্যে) {}"),
)

# Scripts without spaces: compared as they stand, since tokens there are cut by content. (kind, before, after).
UNSPACED_PHRASES: tuple[tuple[str, str, str], ...] = (
    ("originally", "原载于", ""), ("originally", "原載於", ""), ("originally", "首发于", ""),
    ("originally", "首發於", ""), ("originally", "原文发表于", ""), ("originally", "原文發表於", ""),
    ("originally", "原文刊登于", ""), ("originally", "原刊于", ""), ("originally", "转载自", ""),
    ("originally", "轉載自", ""), ("originally", "转自", ""), ("originally", "轉自", ""),
    ("originally", "本文来自", ""), ("originally", "本文來自", ""), ("originally", "摘自", ""),
    ("originally", "この記事は", "から転載"), ("originally", "本記事は", "から転載"), ("originally", "本記事は", "に掲載された"),
    ("originally", "この記事は", "に掲載された"), ("originally", "初出は", ""), ("originally", "이 기사는", "에서 처음"),
    ("via", "据", "报道"), ("via", "據", "報導"), ("via", "据", "消息"), ("via", "", "によると"), ("via", "", "が報じた"),
    ("via", "", "が伝えた"), ("via", "", "报道"), ("via", "", "報導"), ("via", "综合", "报道"), ("via", "ตาม", ""),
    ("via", "โดย", ""), ("via", "อ้างอิงจาก", ""), ("via", "ขอบคุณข้อมูลจาก", ""), ("via", "", "에 따르면"),
    ("via", "", " 보도"), ("read_more", "全文请见", ""), ("read_more", "全文請見", ""), ("read_more", "阅读全文请访问", ""),
    ("read_more", "更多内容请访问", ""), ("read_more", "続きは", "で"), ("read_more", "続きは", "へ"),
    ("read_more", "全文は", "で"), ("read_more", "全文は", "へ"), ("read_more", "続きを読む", ""),
    ("read_more", "全文を読む", ""), ("read_more", "อ่านต่อที่", ""), ("read_more", "อ่านเพิ่มเติมที่", ""),
    ("read_more", "전문은", "에서"),
)  # fmt: skip

# What a sentence calls the text it stands in: "originally published by X" is said of these, of books and laws too otherwise.
TEXT_NOUNS: tuple[str, ...] = (
    "article", "story", "report", "post", "piece", "column", "commentary", "essay", "interview", "version",
    "content", "item", "editorial", "analysis", "op-ed", "dispatch", "blog", "feature", "release",
    "artikel", "beitrag", "text", "bericht", "kommentar", "meldung", "contenu", "texte", "billet", "papier",
    "tribune", "artículo", "nota", "texto", "noticia", "reportaje", "entrevista", "contenido",
    "publicación", "artigo", "matéria", "reportagem", "notícia", "conteúdo", "publicação", "articolo",
    "testo", "notizia", "intervista", "contenuto", "stuk", "verhaal", "storie", "berig", "artikeln",
    "artiklen", "artikkelen", "krönikan", "kronikken", "teksten", "saken", "juttu", "artikkeli",
    "kirjoitus", "artykuł", "tekst", "wywiad", "materiał", "článek", "článok", "text", "rozhovor",
    "articolul", "textul", "materialul", "interviul", "članak", "intervju", "чланак", "текст", "статия",
    "статията", "материал", "статья", "материалы", "интервью", "стаття", "матеріал", "інтерв'ю", "berita",
    "tulisan", "bài", "makala", "habari", "مقال", "المقال", "المقالة", "التقرير", "الخبر",
)  # fmt: skip

# Before an agency's name at the start of a line: a byline.
BYLINE_WORDS: tuple[str, ...] = (
    "by", "from", "von", "par", "por", "di", "da", "a cura di", "door", "av", "af", "od", "oleh", "bởi",
    "autor", "автор", "текст", "author", "auteur", "autore", "written by", "reporting by", "redacción",
    "redazione", "with", "mit", "avec", "con",
)  # fmt: skip

# After an agency's name, the line ending there: still a byline.
BYLINE_ENDINGS: tuple[str, ...] = (
    "", "staff", "staff writer", "staff writers", "writer", "writers", "sports writer", "sports writers",
    "business writer", "political writer", "reporter", "reporters", "correspondent", "service", "newswire",
    "redaktion", "sportswriter", "economics writer", "entertainment writer", "science writer",
    "medical writer", "national writer",
)  # fmt: skip

# Before and after an agency's or a medium's name in a sentence: says where a fact is from.
MENTION_BEFORE: tuple[str, ...] = (
    "according to", "told", "citing", "cited by", "quoted by", "as reported by", "reported by",
    "interview with", "by", "laut", "sagte", "selon", "à", "según", "segundo", "secondo", "volgens",
    "enligt", "ifølge", "według", "podle", "по данным", "сообщает", "передает", "за даними", "повідомляє",
    "theo", "menurut", "kepada", "بحسب", "وفقا ل",
)  # fmt: skip
MENTION_AFTER: tuple[str, ...] = (
    "reported", "reports", "said", "says", "writes", "wrote", "quoted", "cited", "berichtet", "berichtete",
    "meldet", "meldete", "rapporte", "informó", "informa", "informou", "riporta", "meldt", "rapporterar",
    "podaje", "сообщает", "сообщил", "передает", "повідомляє", "đưa tin", "melaporkan",
)  # fmt: skip

# Between such words and the name: "according to the Reuters news agency".
MENTION_FILLERS: tuple[str, ...] = (
    "the", "agency", "news", "newspaper", "агентству", "агентство", "агентства", "agencia", "agence", "agentur", "agenzia",
    "nachrichtenagentur", "la", "el", "der", "die", "l", "d", "hãng", "kantor", "berita", "وكالة",
)  # fmt: skip

# What stands where a name would and is none: months, labels of pages, picture desks, networks that host everyone.
NO_NAMES: tuple[str, ...] = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov",
    "Dec", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Com", "Www", "Iframe", "PDF", "English", "Spanish", "French", "German", "Italian", "Portuguese", "Arabic", "Chinese",
    "Russian", "Japanese", "Korean", "Hindi", "Turkish", "Print",
    "Http", "Https", "Html", "Email", "E-mail", "Mail", "RSS", "SMS", "Text", "Phone", "Fax", "Getty",
    "Getty Images", "Shutterstock", "iStock", "iStockphoto", "Alamy", "Unsplash", "Pixabay", "Pexels",
    "Depositphotos", "Adobe Stock", "Flickr", "Wikimedia", "Wikimedia Commons", "Wikipedia", "Imago",
    "Facebook", "Twitter", "X", "Instagram", "YouTube", "LinkedIn", "Pinterest", "WhatsApp", "Telegram",
    "TikTok", "Reddit", "Google", "Google News", "Google Maps", "PayPal", "Skype", "Zoom", "App Store",
    "Google Play", "Staff", "Staff Writer", "Staff Reporter", "Staff Reports", "Admin", "Editor", "Author",
    "Guest", "Anonymous", "Press Release", "Submitted", "Contributed", "File", "File Photo", "Photo",
    "Photos", "Video", "Image", "Picture", "Courtesy", "Handout", "Company", "Supplied", "Reported",
    "Corrected", "Correction", "Correct", "Optional", "Advisory", "Embargoed", "Republican", "Democrat",
    "Rep", "Sen", "R", "D", "UPDATE", "VIDEO", "PHOTOS", "BREAKING", "LIVE", "WATCH", "EXCLUSIVE",
    "OPINION", "Update", "Updated", "Official", "Unknown", "Various", "Internet", "Agencies", "Agency",
    "Agenturen", "Agencias", "Agências", "Agenzie", "Агентства",
)  # fmt: skip

# Begin no name, unless set in capitals as an abbreviation.
NO_FIRST_WORDS: tuple[str, ...] = (
    "I", "We", "He", "She", "It", "They", "You", "This", "That", "These", "Those", "Our", "Your", "My",
    "His", "Her", "Its", "Their", "Here", "There", "All", "More", "Other", "Another", "Any", "Some", "What",
    "When", "Where", "Who", "How", "Why", "And", "But", "Or", "If", "As", "At", "In", "On", "To", "By",
    "For", "With", "From", "A", "An", "Mr", "Mrs", "Ms", "Dr",
)  # fmt: skip
