"""Names of months and weekdays, and words for the halves of a day, in many languages, as `zones.folded` leaves them.

Written by tools/make_date_words.py: edit that, not this. From the Common Locale Data Repository of Unicode, by Babel
2.19.0.
"""

from __future__ import annotations

MONTHS = (
    """
    ean eanair ene enero gen gener gennaio ian ianuarie ion ionawr jaan jaanuar jaenner jan janaayo
    janairu janar janeiro jannaayo janner januar januara januari januarie january januwari janv
    janvaris janvier led leden ledna oca ocak saus sausio sausis sij sijecanj sijecnja sty styczen
    stycznia tammi tammikuu tammikuuta urt urtarrila xan xaneiro yan yanvar ιαν ιανουαριοσ
    ιανουαριου сту студзень студзеня січ січень січня янв январ январь января яну януари јан јануар
    јануари қаң қаңтар հնվ հունվար հունվարի ינואר ינו׳ جنوری يناير ژانویه जनवरी जन॰ जान जानवारी জান
    জানযারি ਜਨਵਰੀ જાનય જાનયઆરી ஜன ஜனவரி జన జనవర ಜನ ಜನವರ ജന ജനവരി දරත มกราคม ມງກອນ ဇနနဝါရ იან იანვარი
    ጃን ጃንዋሪ មករា 一月
    """,
    """
    chw chwef chwefror fab faburairu feabh feabhra feb febbraio febr febraayo febreiro febrer
    febrero februar februara februari februarie februaris february februwari fev fevereiro fevr
    fevral fevrier helmi helmikuu helmikuuta lut lutego luty ots otsaila peb pebrero shk shkurt sub
    subat uno unor unora vas vasario vasaris veebr veebruar velj veljaca veljace φεβ φεβρουαριοσ
    φεβρουαριου ақп ақпан лют лютага лютии лютого люты феб фебруар фев февр феврал февраль февраля
    февруари փետրվար փետրվարի փտվ פברואר פבר׳ فبراير فروری فوریه फबर फबरअरी फबरवारी फरवरी फर॰ ফেব
    ফেবরযারি ਫਰ ਫਰਵਰੀ ફબર ફબરઆરી பிப பிபரவரி ఫబర ఫబరవర ಫಬರ ಫಬರವರ ഫെബര ഫെബരവരി නවම กมภาพนธ ກມພາ ဖေ
    ဖေဖောဝါရ თებ თებერვალი ፌብ ፌብሩዋሪ កមភៈ 二月
    """,
    """
    bre brezen brezna kov kovas kovo maalis maaliskuu maaliskuuta maarso maart mac machi maerz mar
    marc marca march marcius marco marec maret maris mars marso mart marta martie marts martxoa marz
    marzec marzo mas mashi maw mawrth mrt ozu ozujak ozujka μαρ μαρτιοσ μαρτιου бер березень березня
    мар март марта нау наурыз сак сакавік сакавіка մարտ մարտի մրտ מרץ مارس مارچ मारच মারচ ਮਾਰਚ મારચ
    மார மாரச మరచ ಮಾರಚ മാർ മാർചച මැදන มนาคม ມນາ မတ მარ მარტი ማርች មនា 三月
    """,
    """
    abr abriil abril afi afirilu aib aibrean api apirila apr aprel april aprila aprile aprili
    aprilie aprilis aprill avr avril bal balandis balandzio dub duben dubna ebr ebrill eph ephreli
    huhti huhtikuu huhtikuuta kwi kwiecien kwietnia nis nisan pri prill tra travanj travnja απρ
    απριλιοσ απριλιου апр апрел апрель апреля април квіт квітень квітня кра красавік красавіка сәу
    сәуір ապր ապրիլ ապրիլի אפריל אפר׳ ابريل اوریل اپریل अपरल अपरिल एपरि एपरिल এপরি এপরিল ਅਪਰ ਅਪਰਲ
    એપરિલ ஏப ஏபரல ఏపర ఏపరల ಏಪರ ಏಪರಲ ഏപരി ഏപരിൽ බක เมษายน ເມສາ ဧပြ აპრ აპრილი ኤፕሪ ኤፕሪል មេសា 四月
    """,
    """
    beal bealtaine geg geguze geguzes kve kveten kvetna maayo mag maggio mai maiatza maig maijs maio
    maj maja majus may mayis mayo mayu mei mey meyi svi svibanj svibnja touko toukokuu toukokuuta
    μαι μαιοσ μαιου маи мам мамыр мая мај трав травень травня մայիս մայիսի մյս מאי مايو مه ميی मई মে
    ਮਈ மே ಮೕ മേയ වෙසක พฤษภาคม ພດສະພາ မေ მაი მაისი ሜይ ឧសភា 五月
    """,
    """
    birz birzelio birzelis cerven cervna cvn cze czerwca czerwiec eka ekaina giu giugno haz haziran
    hun hunyo iun iunie iyn iyun juin jun juna june junho juni junie junij junijs junio junius juny
    juun juuni kesa kesakuu kesakuuta lipanj lipnja meh mehefin meith meitheamh qer qershor xuno yun
    yuni ιουν ιουνιοσ ιουνιου июн июнь июня мау маусым черв червень червня чэр чэрвень чэрвеня юни
    јун јуни հնս հունիս հունիսի יוני جون يونيو ژوين जन জন જન ஜூன జూన ಜೂನ ജൺ පොසොන มถนายน ມຖນາ ივნ
    ივნისი ጁን មថនា 六月
    """,
    """
    cervence cervenec cvc gor gorff gorffennaf heina heinakuu heinakuuta hul hulyo iuil iul iulie
    iyl iyul juil juill juillet jul jula julai julayi julho juli julie julij julijs julio juliol
    julius july juuli korr korrik liep liepa liepos lipca lipiec lug luglio lul luulyo srpanj srpnja
    tem temmuz uzt uztaila xul xullo yul yuli ιουλ ιουλιοσ ιουλιου июл июль июля лип липень липня
    ліп ліпень ліпеня шіл шілде юли јул јули հլս հուլիս հուլիսի יולי جولايی يوليو ژويیه जल जलाई जल॰
    জল জলাই ਜਲਾ ਜਲਾਈ જલાઈ ஜூலை జుల ಜುಲೖ ജലൈ ඇසළ กรกฎาคม ກລະກດ ဇလင ივლ ივლისი ጁላይ កកកដា 七月
    """,
    """
    abu abuztua ag aga agasti ago agost agosti agosto agu agust agusta agustos agustus aout aug
    august augusta augusti augusts augustus augusztus avg avgust avq avqust awst elo elokuu elokuuta
    gush gusht kol kolovoz kolovoza lun lunasa ogo ogos ogosto ogs rugp rugpjucio rugpjutis sie
    sierpien sierpnia srpen srpna αυγ αυγουστοσ αυγουστου авг август августа жні жнівень жніуня серп
    серпень серпня там тамыз օգոստոս օգոստոսի օգս אוגוסט אוג׳ اغسطس اوت اگست अगसट अगसत अग॰ ऑग ऑगसट
    আগ আগসট ਅਗ ਅਗਸਤ ઑગસટ ஆக ஆகஸட ఆగ ఆగసటు ಆಗ ಆಗಸಟ ഓഗ ഓഗസററ නකණ สงหาคม ສງຫາ ဩဂတ აგვ აგვისტო ኦገስ ኦገስት
    សហា 八月
    """,
    """
    eyl eylul ira iraila medi mfomh rugs rugsejis rugsejo ruj rujan rujna sat satumba seb sebteembar
    sebtembar sen sentabr sentyabr sep sept septemba septembar september septembra septembre
    septembrie septembris septhemba septiembre set setembre setembro setiembre settembre setyembre
    sht shtator syys syyskuu syyskuuta szept szeptember wrz wrzesien wrzesnia zar zari σεπ
    σεπτεμβριοσ σεπτεμβριου вер верасень верасня вересень вересня сен сент сентябр сентябрь сентября
    сеп септембар септември қыр қыркүиек սեպ սեպտեմբեր սեպտեմբերի ספטמבר ספט׳ سبتمبر ستمبر سپتامبر
    सपट सपटबर सपटमबर सितबर सित॰ সেপ সেপট সেপটেমবর ਸਤ ਸਤਬਰ સપટ સપટમબર செப செபடமபர సపటం సపటంబర ಸಪಟಂ
    ಸಪಟಂಬರ സെപററം സെപററംബർ බනර กนยายน ກນຍາ စက စကတငဘာ სექ სექტემბერი ሴፕቴ ሴፕቴምበር កញញា 九月
    """,
    """
    dfomh eki ekim hyd hydref loka lokakuu lokakuuta oct october octobre octombrie octubre okt
    oktabr okthoba oktoba oktobar oktober oktobra oktobris oktoobar oktoober oktubre oktyabr ott
    ottobre out outubro paz pazdziernik pazdziernika rij rijen rijna spal spalio spalis tet tetor
    urr urria οκτ οκτωβριοσ οκτωβριου жовт жовтень жовтня кас кастрычнік кастрычніка окт октобар
    октомври октябр октябрь октября қаз қазан հոկ հոկտեմբեր հոկտեմբերի אוקטובר אוק׳ اكتوبر اکتبر
    اکتوبر अकटबर अकटोबर अकट॰ ऑकटो ऑकटोबर অকটো অকটোবর ਅਕਤ ਅਕਤਬਰ ઑકટો ઑકટોબર அக அகடோபர అకట అకటబర ಅಕಟೂೕ
    ಅಕಟೂೕಬರ ഒകടോ ഒകടോബർ වප ตลาคม ຕລາ အောက အောကတဘာ ოქტ ოქტომბერი ኦክቶ ኦክቶበር តលា 十月
    """,
    """
    aza azaroa kas kasim lapkr lapkricio lapkritis listopadu marras marraskuu marraskuuta nen nentor
    nob nobyembre nof noiembrie noofeembar nov novemba novembar november novembra novembre novembris
    novembro noviembre noy noyabr nuw nuwamba samh samhain stu studeni studenoga tach tachwedd νοε
    νοεμβριοσ νοεμβριου лист листопад листопада ліс лістапад лістапада нов новембар ное ноември ноя
    нояб ноябр ноябрь ноября қар қараша նոյ նոյեմբեր նոյեմբերի נובמבר נוב׳ نوامبر نوفمبر نومبر नवबर
    नव॰ नोभमबर नोवह नोवहबर নভে নভেমবর ਨਵ ਨਵਬਰ નવ નવમબર நவ நவமபர నవం నవంబర ನವಂ ನವಂಬರ നവം നവംബർ ඉල
    พฤศจกายน ພະຈກ နဝငဘာ ნოე ნოემბერი ኖቬም ኖቬምበር វចឆកា 十一月
    """,
    """
    abe abendua ara aralik dec decembar december decembra decembre decembrie decembris decembro dek
    dekabr des desemba desember desembre dets detsember dez dezember dezembro dhj dhjetor dic
    dicembre diciembre dis disamba diseembar disemba disember disyembre gru grudnia grudzien gruod
    gruodis gruodzio joulu joulukuu joulukuuta noll nollaig pro prosinac prosinca prosince prosinec
    rhag rhagfyr δεκ δεκεμβριοσ δεκεμβριου груд грудень грудня дек декабр декабрь декабря декември
    дец децембар жел желтоқсан сне снежань снежня դեկ դեկտեմբեր դեկտեմբերի דצמבר דצמ׳ دسامبر دسمبر
    ديسمبر डिस डिसबर डिसमबर दिसबर दिस॰ ডিসে ডিসেমবর ਦਸ ਦਸਬਰ ડિસ ડિસમબર டிச டிசமபர డసం డసంబర ಡಸಂ
    ಡಸಂಬರ ഡിസം ഡിസംബർ උඳවප ธนวาคม ທນວາ ဒဇငဘာ დეკ დეკემბერი ዲሴም ዲሴምበር ធន 十二月
    """,
)
WEEKDAYS = (
    """
    aje astelehena dilluns dl dush dushanba esmaspaev hen hetfo is isn isniin isnin jumatatu li lit
    litinin ll llun lu luain luan lun lundi lunedi lunes luni luns maanantai maanantaina maandag man
    mandag manudagur mo mon monday montag mso pazartesi pirmadienis pirmd pirmdiena po pon pondeli
    pondelok ponedeljak ponedeljek ponedjeljak poniedziałek pr pzt seg segunda sen senin umsombuluko
    δε δευ δευτερα да даваа дс душанбе дш дшб дүи дүисенбі дүишөмбү панядзелак пн по пон понеделник
    понедельник понедељак понеділок եկ երկ երկուշաբթի ב׳ اثنين الاثنين دوشنبه پیر सो सोम सोमबार
    सोमवार সোঃ সোম সোমবার ਸਮ ਸਮਵਾਰ સો સોમ સોમવાર தி திங திஙகள సమ సమవరం ಸೂೕಮ ಸೂೕಮವಾರ തി തിങകളാഴച
    തിങകൾ සඳ සඳදා จนทร วนจนทร ຈນ ວນຈນ တနငလာ လာ ორ ორშ ორშაბათი ሰኞ ចនទ 周一 星期一 月曜日 월요일
    """,
    """
    an antradienis ar asteartea bil dienstag dimarts dinsdag dt isegun jumanne kedd mairt mar mardi
    martedi martes marti maw ot otrd otrdiena sal sali sel selasa sesh seshanba ta tal talaado
    talata teisipaev ter terca ti tiistai tiistaina tir tirs tirsdag tis tisdag tldo torek tu tue
    tues tuesday ty tysdag ulwesibili ut utery uto utorak utorok wt wto wtorek þr þri þriðjudagur τρ
    τρι τριτη ау ауторак вт вто вторник вівторок мя мягмар сеисенбі сешанбе сс сшб ут уто уторак
    шеиш шеишемби шш երեքշաբթի երք եք ג׳ الثلاثاء ثلاثاء سهشنبه منگل मगल मगलवार मगळ मगळवार मङगल
    मङगलबार মঃ মঙগল মঙগলবার ਮਗ ਮਗਲ ਮਗਲਵਾਰ મગળ મગળવાર செ செவ செவவாய మం మంగళ మంగళవరం ಮಂಗಳ ಮಂಗಳವಾರ ചൊ
    ചൊവവ ചൊവവാഴച අඟ අඟහ අඟහරවාදා วนองคาร องคาร ວນອງຄານ ອງຄານ ဂါ အငဂါ სამ სამშაბათი სმ ማክሰ ማክሰኞ អងគារ
    周二 星期二 火曜日 화요일
    """,
    """
    arbaco arbc asteazkena az ca car carsamba cead ceadaoin ch chor chorshanba cərsənbə dc dimecres
    jumatano ke keskiviikko keskiviikkona kolmapaev lar laraba me mer mercoledi mercores mercredi mi
    mie miercoles miercuri mittwoch miy miyerkules mið miðvikudagur ojoru on ons onsdag qua quarta
    ra rab rabu sr sre sreda sri srijeda sro sroda streda sze szerda tha tr treciadienis tresd
    tresdiena ulwesithathu we wed wednesday weds wo woensdag τε τετ τεταρτη лх лхагва серада середа
    ср сре среда сряда сәрсенбі чоршанбе чшб шарш шаршемби шр չորեքշաբթի չրք չք ד׳ اربعاء الاربعاء
    بدھ چهارشنبه बध बधबार बधवार বধ বধবার ਬਧ ਬਧਵਾਰ બધ બધવાર பு புத புதன బుధ బుధవరం ಬುಧ ಬುಧವಾರ ബധനാഴച
    ബധൻ බදා බදාදා พธ วนพธ ພດ ວນພດ ဗဒဓဟး ဟး ოთ ოთხ ოთხშაბათი ረቡዕ ពធ 周三 星期三 水曜日 수요일
    """,
    """
    alh alhamis alhamisi cet cetrtek ceturtd ceturtdiena cetvrtak cs csutortok ctvrtek czw czwartek
    de dear deardaoin dijous dj donderdag donnerstag enj fi fim fimmtudagur gio giovedi huw huwebes
    ia iau je jeu jeudi joi jue jueves kam kamis ketvirtadienis kh kha khamiis khamis khms kt
    neljapaev og ojobo osteguna pay payshanba per persembe qui quinta sin stvrtok th thu thur thurs
    thursday to tors torsdag torstai torstaina ulwesine xo xov xoves πε πεμ πεμπτη беисенбі беиш
    беишемби бс бш панҷшанбе пшб пү пүрэв чацвер че чет четвер четверг четвртак четврток четвъртък
    чт чц հգ հինգշաբթի հնգ ה׳ الخميس جمعرات خميس پنجشنبه गर गरवार बिहि बिहिबार বহসপতি বহসপতিবার ਵੀਰ
    ਵੀਰਵਾਰ ગર ગરવાર வி வியா வியாழன గురు గురువరం ಗುರು ಗುರುವಾರ വയാ വയാഴം വയാഴാഴച බරහ බරහස බරහසපතනදා พฤ
    พฤหส วนพฤหสบด ພຫ ພະຫດ ວນພະຫດ ကြာသပတေး တေး ხთ ხუთ ხუთშაბათი ሐሙስ ពរ ពរហ ពរហសបត 周四 星期四 木曜日 목요일
    """,
    """
    ao aoine biy biyernes cu cum cuma cumə divendres dv eti fo fos fostudagur fr fre fredag freitag
    fri friday gw gwe gwen haoine hla ijumaa jimco jmc jum juma jumaat jumat jummaʼa or ostirala
    patek penktadienis pentek perjantai perjantaina pet petak petek pi pia piatek piatok piektd
    piektdiena pk pn pre reede sex sexta ulwesihlanu ve ven vendredi venerdi venres vi vie viernes
    vin vineri vr vrijdag vrydag πα παρ παρασκευη ба баасан жм жума жұма пʼятниця пе пет петак петок
    петък пт пятница пятніца ҷмъ ҷумъа ու ուր ուրբաթ ו׳ الجمعة جمعة جمعه جمعہ शकर शकरबार शकरवार শঃ
    শকর শকরবার ਸਕ ਸਕਰ ਸਕਰਵਾਰ શકર શકરવાર வெ வெள வெளளி శుకర శుకరవరం ಶುಕರ ಶುಕರವಾರ വെ വെളളി വെളളിയാഴച සක
    සකරාදා วนศกร ศกร ວນສກ ສກ ကြာ သောကြာ პარ პარასკევი პრ ዓርብ សករ 周五 星期五 金曜日 금요일
    """,
    """
    abameta as asa asabar cmt cumartesi dissabte ds jumamosi la larunbata lau lauantai lauantaina
    laugardagur laupaev laurdag lo lor lordag lø lør lørdag mgq sab sabado sabato sabti sabtu sad
    sam sambata samedi samstag sat saterdag sath sathairn saturday sbti sestadienis sestd sestdiena
    sh shan shanba sht sob sobota sub subota szo szombat sənbə umgqibelo za zaterdag σα σαβ σαββατο
    бя бямба иш ишемби ишм саб сабота сб сенбі су суб суббота субота събота шанбе шнб շաբաթ շբ շբթ
    שבת ש׳ السبت سبت شنبه ہفتہ शनि शनिबार शनिवार শনি শনিবার ਸਨੀ ਸਨੀਵਾਰ શનિ શનિવાર சனி శన శనవరం ಶನ
    ಶನವಾರ ശനി ശനിയാഴച සෙන සෙනසරාදා วนเสาร เสาร ວນເສາ ເສາ စနေ შაბ შაბათი შბ ቅዳሜ សៅរ 周六 土曜日 星期六 토요일
    """,
    """
    ah ahad ahd aiku axad axd bazar cn dg die dim dimanche diumenge dom domenica domh domhnaigh
    domingo dum duminica ig igandea isonto jumapili lah lahadi lh lin linggo min minggu ne ned
    nedela nedele nedelja nedjelja nie niedz niedziela paz pazar puhapaev sekmadienis sk son sondag
    sonntag sul sun sunday sunnudagur sunnuntai sunnuntaina sv svetd svetdiena sø søn søndag
    vasarnap ya yak yakshanba zo zondag κυ κυρ κυριακη воскресенье вс жек жексенбі жекшемби жс жш нд
    не нед недела неделя недеља неділя ня нядзеля ням якшанбе яшб կիր կիրակի կր א׳ اتوار احد الاحد
    یکشنبه आइत आइतबार रवि रविवार রঃ রবি রবিবার ਐਤ ਐਤਵਾਰ રવિ રવિવાર ஞா ஞாயி ஞாயிறு ఆద ఆదవరం ಭಾನು
    ಭಾನುವಾರ ഞാ ഞായറാഴച ഞായർ ඉර ඉරදා วนอาทตย อา อาทตย ວນອາທດ ອາ ອາທດ တနငဂနေ კვ კვი კვირა እሑድ អា អាទតយ
    周日 日曜日 星期日 일요일
    """,
)
HALVES = (
    """
    aaro am ap de dop fm gh oo pg prieksp priekspusdiena priespiet prijepodne sa safiya sf to vm yb
    дп претпл таңкы тң قبلازظهر परवाहन กอนเทยง ກອນທຽງ နနက ጥዋት 上午 午前 오전
    """,
    """
    ch du em gd ip nm odp os osan pecp pecpusdiena pm pop popiet popodne ptg tk yamma yh ym попл пп
    тк بعدازظهر अपराहन หลงเทยง ຫງທຽງ ညနေ ከሰዓት 下午 午後 오후
    """,
)
