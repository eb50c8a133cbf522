"""Hosts that carry what others publish: where an address says less than it seems about who published a text.

Three kinds, of all regions. On some each subdomain is a publisher (Substack, Tistory), on some a part of the path is (Telegram,
note.com), and of some an address says nothing at all (Google News, Yahoo, shortened addresses): there the stated name counts. The
public suffix list's private section knows some of the first kind; these are those that it leaves out, or that left it.

A registrable domain stands for all its hosts; a host for itself and what lies under it. The longest entry decides.
"""

from __future__ import annotations

from enum import StrEnum


class Carrier(StrEnum):
    """What of an address names the publisher."""

    SUBDOMAIN = "subdomain"
    PATH = "path"
    NOTHING = "nothing"


_BY_SUBDOMAIN = """
    substack.com wordpress.com ghost.io tumblr.com livejournal.com over-blog.com overblog.com beehiiv.com typepad.com
    weebly.com wixsite.com wix.com squarespace.com jimdo.com jimdofree.com jimdosite.com strikingly.com mystrikingly.com
    webnode.com webnode.page medium.com hashnode.dev tistory.com egloos.com hatenablog.com hatenablog.jp hateblo.jp
    hatenadiary.com hatenadiary.jp fc2.com seesaa.net cocolog-nifty.com livedoor.blog exblog.jp jugem.jp blog.jp
    blogspot.com canalblog.com eklablog.com skyrock.com centerblog.net hautetfort.com unblog.fr blog4ever.com home.blog
    altervista.org myblog.it blogfree.net forumfree.it forumcommunity.net blogg.se blogg.no bloggplatsen.se blox.pl
    blog.hu freeblog.hu blog.cz bloger.hr blog.rs blogas.lt pixnet.net xuite.net blogcu.com blogfa.com mihanblog.com
    blogsky.com persianblog.ir rozblog.com parsiblog.com blog.ir tripod.com angelfire.com neocities.org webs.com
    yolasite.com site123.me carrd.co notion.site webflow.io framer.website framer.app gitbook.io readthedocs.io
    netlify.app vercel.app pages.dev web.app firebaseapp.com herokuapp.com github.io gitlab.io onrender.com fly.dev
    buzzsprout.com podbean.com libsyn.com micro.blog bearblog.dev mataroa.blog write.as posthaven.com silvrback.com
    svbtle.com dreamwidth.org edublogs.org locals.com mailchimpsites.com wpcomstaging.com wordpress.org.cn blogs.com
    blogdetik.com kinja.com patch.com.au tumblr.co zohosites.com creatorlink.net modoo.at imweb.me wpengine.com
    myshopify.com ucoz.ru ucoz.net ucoz.com narod.ru livejournal.ru diary.ru blogs.mail.ru
"""
_BY_PATH = """
    medium.com t.me telegram.me telegram.dog facebook.com fb.com instagram.com x.com twitter.com threads.net threads.com
    bsky.app vk.com ok.ru weibo.com weibo.cn youtube.com tiktok.com linkedin.com reddit.com pinterest.com flipboard.com
    dzen.ru zen.yandex.ru note.com note.mu ameblo.jp blog.livedoor.jp blog.goo.ne.jp plaza.rakuten.co.jp
    blogs.yahoo.co.jp d.hatena.ne.jp lineblog.me blog.naver.com m.blog.naver.com brunch.co.kr blog.daum.net velog.io
    blog.sina.com.cn blog.163.com blog.csdn.net cnblogs.com matters.town vocus.cc dev.to sites.google.com
    feedproxy.google.com feeds.feedburner.com feedburner.com feedpress.me buttondown.email buttondown.com getrevue.co
    tinyletter.com patreon.com ko-fi.com steadyhq.com steady.page issuu.com anchor.fm soundcloud.com spreaker.com
    salon24.pl users.livejournal.com blogs.mediapart.fr github.com gitlab.com groups.google.com groups.io
    open.substack.com substack.com gab.com truthsocial.com rumble.com odysee.com minds.com mastodon.social pawoo.net
    misskey.io planeta.ru boosty.to teletype.in hubpages.com steemit.com hive.blog publish0x.com pressreader.com
    scoop.it paper.li padlet.com about.me linktr.ee medium.seznam.cz blog.sme.sk dennikn.sk.blog blog.idnes.cz
    whatsapp.com viber.com mp.toutiao.com koo.app sharechat.com discord.com slideshare.net
"""
_BY_NAME_ALONE = """
    news.google.com news.url.google.com google.com msn.com msn.cn yahoo.com yahoo.co.jp aol.com apple.news smartnews.com
    newsbreak.com opera.news dailyhunt.in inshorts.com upday.com naver.com daum.net kakao.com zum.com nate.com line.me
    toutiao.com sohu.com 163.com qq.com baidu.com ifeng.com uc.cn sina.cn k.sina.com.cn kknews.cc read01.com
    weixin.qq.com zhihu.com jianshu.com times.hinet.net yam.com news.pchome.com.tw news.infoseek.co.jp news.livedoor.com
    excite.co.jp news.goo.ne.jp news.nifty.com news.biglobe.ne.jp mixi.jp docomo.ne.jp auone.jp gunosy.com antenna.jp
    newspicks.com mail.ru rambler.ru yandex.ru yandex.com ya.ru mirtesen.ru smi2.ru ukr.net nabd.com akhbarak.net
    newsdog.today ucnews.in jionews.com allafrica.com baomoi.com docbao.vn kurio.co.id babe.news newsnow.co.uk
    newsnow.com ground.news feedly.com inoreader.com theoldreader.com newsblur.com netvibes.com getpocket.com pocket.co
    instapaper.com digg.com headtopics.com newslocker.com telegra.ph hackernoon.com ycombinator.com lexisnexis.com
    nexis.com factiva.com proquest.com newsbank.com ebscohost.com newspapers.com magzter.com readly.com rss.app
    feedblitz.com feedsportal.com fivefilters.net fivefilters.org morss.it rsshub.app feed43.com politepaul.com
    campaign-archive.com mailchi.mp list-manage.com createsend.com bing.com duckduckgo.com docs.google.com
    drive.google.com dropbox.com scribd.com archive.org webcitation.org perma.cc megalodon.jp ghostarchive.org
    archive.today archive.ph archive.is archive.li archive.fo archive.vn archive.md cachedview.com googleusercontent.com
    bingj.com 12ft.io 1ft.io removepaywall.com removepaywalls.com smry.ai freedium.cfd jina.ai outline.com
    translate.goog turbopages.org ampproject.org ampproject.net
    amp.cloudflare.com bing-amp.com textise.net printfriendly.com diffbot.com
    cloudflare-ipfs.com ipfs.io bit.ly bitly.com t.co tinyurl.com ow.ly buff.ly dlvr.it goo.gl lnkd.in is.gd v.gd fb.me
    youtu.be trib.al ift.tt j.mp rebrand.ly cutt.ly shorturl.at rb.gy t.ly tiny.cc soo.gd s.id wp.me flip.it spr.ly
    snip.ly po.st sco.lt goo.su clck.ru vk.cc u.to surl.li dwz.cn t.cn url.cn suo.im naver.me me2.do han.gl x.gd onl.tw
    reurl.cc pse.is lihi.cc nyti.ms wapo.st bbc.in reut.rs cnn.it econ.st apne.ws n.pr politi.co zpr.io shrtco.de
    hubs.ly cstu.io crwd.fr ln.run bl.ink short.gy tr.im su.pr qr.ae amzn.to ebx.sh
"""
_CARRIERS: dict[str, Carrier] = {
    **dict.fromkeys(_BY_NAME_ALONE.split(), Carrier.NOTHING),
    **dict.fromkeys(_BY_SUBDOMAIN.split(), Carrier.SUBDOMAIN),
    **dict.fromkeys(_BY_PATH.split(), Carrier.PATH),  # of both kinds: the path, where there is no subdomain
}
_SUBDOMAINS = frozenset(_BY_SUBDOMAIN.split())
# What stands before the publisher's part of a path.
_PREFIXES = """
    s r c u g user users profile profiles company school channel group groups public pages people id media view site pub in add en
    de fr es it uk us au ca nz ie za sg hk my ae m sp web blog blogs ~r ~d
"""
PATH_PREFIXES = frozenset(_PREFIXES.split())
# What names a page and no publisher, as the first part of a path.
_PAGES = """
    a p video videos watch reel reels story stories share sharer posts post pulse feed news article articles status i e hashtag
    tag search explore topic topics permalink.php photo photo.php story.php login wall
"""
PATH_PAGES = frozenset(_PAGES.split())
# Of a subdomain platform: hosts that are the platform's own doors, not a publisher's.
_DOORS = "www m mobile amp blog en de fr es it open app news web cdn static api old"
DOORS = frozenset(_DOORS.split())


def carrier_of(host: str, domain: str) -> tuple[Carrier, str] | None:
    """(what names the publisher, the entry that says so) of a host and its registrable domain; None of a publisher's own."""
    place = host
    while place:
        found = _CARRIERS.get(place)
        if found is not None:
            under = host.removesuffix(place).rstrip(".").rpartition(".")[2]
            if place in _SUBDOMAINS and under and under not in DOORS:
                return Carrier.SUBDOMAIN, place
            if found is Carrier.SUBDOMAIN:
                return Carrier.PATH, place
            return found, place
        place = place.partition(".")[2]
    if domain.startswith("blogspot."):  # one for each country
        return Carrier.SUBDOMAIN, domain
    return None
