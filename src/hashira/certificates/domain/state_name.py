"""The names of states by the three letters that passports write for a nationality (国籍の名称).

Codes: ICAO Doc 9303 Part 3 §5, which is ISO 3166-1 and what it adds for organisations, for kinds of British
nationality, for people without a state, and the specimen state. A test holds the names against the Unicode
CLDR, in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hashira.kernel.language import Bilingual

_COUNTRIES = """
    ABW アルバ / Aruba
    AFG アフガニスタン / Afghanistan
    AGO アンゴラ / Angola
    AIA アンギラ / Anguilla
    ALA オーランド諸島 / Åland Islands
    ALB アルバニア / Albania
    AND アンドラ / Andorra
    ARE アラブ首長国連邦 / United Arab Emirates
    ARG アルゼンチン / Argentina
    ARM アルメニア / Armenia
    ASM 米領サモア / American Samoa
    ATA 南極 / Antarctica
    ATF 仏領極南諸島 / French Southern Territories
    ATG アンティグア・バーブーダ / Antigua and Barbuda
    AUS オーストラリア / Australia
    AUT オーストリア / Austria
    AZE アゼルバイジャン / Azerbaijan
    BDI ブルンジ / Burundi
    BEL ベルギー / Belgium
    BEN ベナン / Benin
    BES オランダ領カリブ / Caribbean Netherlands
    BFA ブルキナファソ / Burkina Faso
    BGD バングラデシュ / Bangladesh
    BGR ブルガリア / Bulgaria
    BHR バーレーン / Bahrain
    BHS バハマ / Bahamas
    BIH ボスニア・ヘルツェゴビナ / Bosnia and Herzegovina
    BLM サン・バルテルミー / Saint Barthélemy
    BLR ベラルーシ / Belarus
    BLZ ベリーズ / Belize
    BMU バミューダ / Bermuda
    BOL ボリビア / Bolivia
    BRA ブラジル / Brazil
    BRB バルバドス / Barbados
    BRN ブルネイ / Brunei
    BTN ブータン / Bhutan
    BVT ブーベ島 / Bouvet Island
    BWA ボツワナ / Botswana
    CAF 中央アフリカ共和国 / Central African Republic
    CAN カナダ / Canada
    CCK ココス諸島 / Cocos Islands
    CHE スイス / Switzerland
    CHL チリ / Chile
    CHN 中国 / China
    CIV コートジボワール / Côte d'Ivoire
    CMR カメルーン / Cameroon
    COD コンゴ民主共和国 / Democratic Republic of the Congo
    COG コンゴ共和国 / Republic of the Congo
    COK クック諸島 / Cook Islands
    COL コロンビア / Colombia
    COM コモロ / Comoros
    CPV カーボベルデ / Cape Verde
    CRI コスタリカ / Costa Rica
    CUB キューバ / Cuba
    CUW キュラソー / Curaçao
    CXR クリスマス島 / Christmas Island
    CYM ケイマン諸島 / Cayman Islands
    CYP キプロス / Cyprus
    CZE チェコ / Czechia
    DEU ドイツ / Germany
    DJI ジブチ / Djibouti
    DMA ドミニカ国 / Dominica
    DNK デンマーク / Denmark
    DOM ドミニカ共和国 / Dominican Republic
    DZA アルジェリア / Algeria
    ECU エクアドル / Ecuador
    EGY エジプト / Egypt
    ERI エリトリア / Eritrea
    ESH 西サハラ / Western Sahara
    ESP スペイン / Spain
    EST エストニア / Estonia
    ETH エチオピア / Ethiopia
    FIN フィンランド / Finland
    FJI フィジー / Fiji
    FLK フォークランド諸島 / Falkland Islands
    FRA フランス / France
    FRO フェロー諸島 / Faroe Islands
    FSM ミクロネシア連邦 / Micronesia
    GAB ガボン / Gabon
    GBR 英国 / United Kingdom
    GEO ジョージア / Georgia
    GGY ガーンジー / Guernsey
    GHA ガーナ / Ghana
    GIB ジブラルタル / Gibraltar
    GIN ギニア / Guinea
    GLP グアドループ / Guadeloupe
    GMB ガンビア / Gambia
    GNB ギニアビサウ / Guinea-Bissau
    GNQ 赤道ギニア / Equatorial Guinea
    GRC ギリシャ / Greece
    GRD グレナダ / Grenada
    GRL グリーンランド / Greenland
    GTM グアテマラ / Guatemala
    GUF 仏領ギアナ / French Guiana
    GUM グアム / Guam
    GUY ガイアナ / Guyana
    HKG 香港 / Hong Kong
    HMD ハード島・マクドナルド諸島 / Heard and McDonald Islands
    HND ホンジュラス / Honduras
    HRV クロアチア / Croatia
    HTI ハイチ / Haiti
    HUN ハンガリー / Hungary
    IDN インドネシア / Indonesia
    IMN マン島 / Isle of Man
    IND インド / India
    IOT 英領インド洋地域 / British Indian Ocean Territory
    IRL アイルランド / Ireland
    IRN イラン / Iran
    IRQ イラク / Iraq
    ISL アイスランド / Iceland
    ISR イスラエル / Israel
    ITA イタリア / Italy
    JAM ジャマイカ / Jamaica
    JEY ジャージー / Jersey
    JOR ヨルダン / Jordan
    JPN 日本 / Japan
    KAZ カザフスタン / Kazakhstan
    KEN ケニア / Kenya
    KGZ キルギス / Kyrgyzstan
    KHM カンボジア / Cambodia
    KIR キリバス / Kiribati
    KNA セントクリストファー・ネーヴィス / Saint Kitts and Nevis
    KOR 韓国 / Republic of Korea
    KWT クウェート / Kuwait
    LAO ラオス / Laos
    LBN レバノン / Lebanon
    LBR リベリア / Liberia
    LBY リビア / Libya
    LCA セントルシア / Saint Lucia
    LIE リヒテンシュタイン / Liechtenstein
    LKA スリランカ / Sri Lanka
    LSO レソト / Lesotho
    LTU リトアニア / Lithuania
    LUX ルクセンブルク / Luxembourg
    LVA ラトビア / Latvia
    MAC マカオ / Macao
    MAF サン・マルタン / Saint Martin
    MAR モロッコ / Morocco
    MCO モナコ / Monaco
    MDA モルドバ / Moldova
    MDG マダガスカル / Madagascar
    MDV モルディブ / Maldives
    MEX メキシコ / Mexico
    MHL マーシャル諸島 / Marshall Islands
    MKD 北マケドニア / North Macedonia
    MLI マリ / Mali
    MLT マルタ / Malta
    MMR ミャンマー / Myanmar
    MNE モンテネグロ / Montenegro
    MNG モンゴル / Mongolia
    MNP 北マリアナ諸島 / Northern Mariana Islands
    MOZ モザンビーク / Mozambique
    MRT モーリタニア / Mauritania
    MSR モントセラト / Montserrat
    MTQ マルティニーク / Martinique
    MUS モーリシャス / Mauritius
    MWI マラウイ / Malawi
    MYS マレーシア / Malaysia
    MYT マヨット / Mayotte
    NAM ナミビア / Namibia
    NCL ニューカレドニア / New Caledonia
    NER ニジェール / Niger
    NFK ノーフォーク島 / Norfolk Island
    NGA ナイジェリア / Nigeria
    NIC ニカラグア / Nicaragua
    NIU ニウエ / Niue
    NLD オランダ / Netherlands
    NOR ノルウェー / Norway
    NPL ネパール / Nepal
    NRU ナウル / Nauru
    NZL ニュージーランド / New Zealand
    OMN オマーン / Oman
    PAK パキスタン / Pakistan
    PAN パナマ / Panama
    PCN ピトケアン諸島 / Pitcairn Islands
    PER ペルー / Peru
    PHL フィリピン / Philippines
    PLW パラオ / Palau
    PNG パプアニューギニア / Papua New Guinea
    POL ポーランド / Poland
    PRI プエルトリコ / Puerto Rico
    PRK 北朝鮮 / North Korea
    PRT ポルトガル / Portugal
    PRY パラグアイ / Paraguay
    PSE パレスチナ / Palestine
    PYF 仏領ポリネシア / French Polynesia
    QAT カタール / Qatar
    REU レユニオン / Réunion
    ROU ルーマニア / Romania
    RUS ロシア / Russia
    RWA ルワンダ / Rwanda
    SAU サウジアラビア / Saudi Arabia
    SDN スーダン / Sudan
    SEN セネガル / Senegal
    SGP シンガポール / Singapore
    SGS サウスジョージア・サウスサンドウィッチ諸島 / South Georgia and South Sandwich Islands
    SHN セントヘレナ / Saint Helena
    SJM スバールバル諸島・ヤンマイエン島 / Svalbard and Jan Mayen
    SLB ソロモン諸島 / Solomon Islands
    SLE シエラレオネ / Sierra Leone
    SLV エルサルバドル / El Salvador
    SMR サンマリノ / San Marino
    SOM ソマリア / Somalia
    SPM サンピエール島・ミクロン島 / Saint Pierre and Miquelon
    SRB セルビア / Serbia
    SSD 南スーダン / South Sudan
    STP サントメ・プリンシペ / São Tomé and Príncipe
    SUR スリナム / Suriname
    SVK スロバキア / Slovakia
    SVN スロベニア / Slovenia
    SWE スウェーデン / Sweden
    SWZ エスワティニ / Eswatini
    SXM シント・マールテン / Sint Maarten
    SYC セーシェル / Seychelles
    SYR シリア / Syria
    TCA タークス・カイコス諸島 / Turks and Caicos Islands
    TCD チャド / Chad
    TGO トーゴ / Togo
    THA タイ / Thailand
    TJK タジキスタン / Tajikistan
    TKL トケラウ / Tokelau
    TKM トルクメニスタン / Turkmenistan
    TLS 東ティモール / Timor-Leste
    TON トンガ / Tonga
    TTO トリニダード・トバゴ / Trinidad and Tobago
    TUN チュニジア / Tunisia
    TUR トルコ / Türkiye
    TUV ツバル / Tuvalu
    TWN 台湾 / Taiwan
    TZA タンザニア / Tanzania
    UGA ウガンダ / Uganda
    UKR ウクライナ / Ukraine
    UMI 合衆国領有小離島 / U.S. Outlying Islands
    URY ウルグアイ / Uruguay
    USA 米国 / United States of America
    UZB ウズベキスタン / Uzbekistan
    VAT バチカン市国 / Vatican City
    VCT セントビンセント及びグレナディーン諸島 / Saint Vincent and Grenadines
    VEN ベネズエラ / Venezuela
    VGB 英領ヴァージン諸島 / British Virgin Islands
    VIR 米領ヴァージン諸島 / U.S. Virgin Islands
    VNM ベトナム / Vietnam
    VUT バヌアツ / Vanuatu
    WLF ウォリス・フツナ / Wallis and Futuna
    WSM サモア / Samoa
    YEM イエメン / Yemen
    ZAF 南アフリカ / South Africa
    ZMB ザンビア / Zambia
    ZWE ジンバブエ / Zimbabwe
"""
_FURTHER = """
    D ドイツ / Germany
    EUE 欧州連合 / European Union
    UNO 国際連合 / United Nations
    UNA 国際連合専門機関 / Specialised agency of the United Nations
    UNK 国際連合コソボ暫定行政ミッション / United Nations Mission in Kosovo
    RKS コソボ / Kosovo
    UTO ユートピア（見本） / Utopia (specimen)
    GBD 英国海外領土市民 / British Overseas Territories Citizen
    GBN 英国国民（海外） / British National (Overseas)
    GBO 英国海外市民 / British Overseas Citizen
    GBP 英国保護民 / British Protected Person
    GBS 英国臣民 / British Subject
    IAO 国際民間航空機関 / International Civil Aviation Organization
    XBA アフリカ開発銀行 / African Development Bank
    XIM アフリカ輸出入銀行 / African Export-Import Bank
    XCC カリブ共同体 / Caribbean Community
    XPO 国際刑事警察機構 / International Criminal Police Organization
    XCE 欧州評議会 / Council of Europe
    XCO 東南部アフリカ市場共同体 / Common Market for Eastern and Southern Africa
    XEC 西アフリカ諸国経済共同体 / Economic Community of West African States
    XMP 地中海議会会議 / Parliamentary Assembly of the Mediterranean
    XOM マルタ騎士団 / Sovereign Military Order of Malta
    XDC 南部アフリカ開発共同体 / Southern African Development Community
    XES 東カリブ諸国機構 / Organisation of Eastern Caribbean States
    XXA 無国籍 / Stateless
    XXB 難民（1951年条約） / Refugee (1951 Convention)
    XXC 難民（その他） / Refugee (other)
    XXX 国籍の定めなし / Nationality not specified
"""


def _read(table: str) -> dict[str, Bilingual]:
    found = {}
    for line in table.strip().splitlines():
        code, names = line.strip().split(" ", 1)
        ja, en = names.split(" / ")
        found[code] = Bilingual(ja, en)
    return found


STATE_NAMES: Final[Mapping[str, Bilingual]] = MappingProxyType(_read(_COUNTRIES) | _read(_FURTHER))
"""Three letters (one for Germany) to the name."""


def nationality_name(code: str) -> Bilingual | None:
    """The name of a nationality as a passport writes it, fillers left off; ``None`` for an unknown code.

    >>> nationality_name("JPN"), nationality_name("D<<").en, nationality_name("JPO")
    (Bilingual(ja='日本', en='Japan'), 'Germany', None)
    """
    return STATE_NAMES.get(code.rstrip("<"))
