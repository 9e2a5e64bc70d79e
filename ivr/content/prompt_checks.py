"""Which prompts exist, and which {places} each one has: the same in every locale."""

from collections.abc import Iterable, Mapping
from typing import Final

from ivr.content.model import Content, LocaleContent
from ivr.content.speaker import OPTIONAL, PLACE
from ivr.content.wording import REQUIRED_WORDINGS
from ivr.content.yaml_files import Located
from ivr.errors import ContentError

_KEYS_BY_PLACES: Final[Mapping[str, str]] = {
    "": """
        menu menu_rephrase menu_keys language_changed intent_track_order intent_delivered_not_received
        intent_return_refund intent_cancel_order intent_seller_claim intent_callback intent_existing_callback
        intent_hold kind_track_order kind_delivered_not_received kind_return_refund kind_cancel_order
        kind_seller_claim kind_question ask_order_number
        ask_order_keys order_not_found cancel_kept dnr_not_delivered_yet offer_agent_or_callback offer_again
        ask_moment ask_moment_keys moment_conflict moment_which_day moment_which_time moment_am_or_pm
        moment_closed moment_too_soon moment_full moment_no_such_time ask_callback_number
        callback_kept callback_canceled
        confirm_cancel_callback existing_callback_none existing_callback_menu ask_resume_code
        resume_code_wrong resume_code_locked callback_refused_number
        callback_refused_extension callback_refused_country callback_refused_line_type
        callback_refused_do_not_call callback_refused_hours callback_refused_full callback_refused_too_many_today
        callback_refused_limit callback_refused_past callback_refused_exists
        connecting_agent hold_started hold_next agent_joins agent_lost speak_after_tone nothing_heard not_understood
        apology give_up anything_else whisper_declined whisper_in_time whisper_late whisper_why_passed
        whisper_guest_again agent_set_away customer_connecting customer_waits customer_next_agent
        customer_agent_lost rate_effort
        rate_thanks help_ask_plain help_none help_none_offer help_other_words help_text_offer help_texted
        help_helped help_glad help_sorry code_call_again code_call_keys code_call_bye code_call_refused
        ask_photo photo_sent intent_change_address kind_change_address address_hint
        ask_return_reason ask_return_way ask_return_way_plain proactive_stop
        proactive_stopped shop_away why_other_number why_too_many why_high_amount payout_original payout_rupees
        payout_no_fee recording_ask recording_told recording_agreed recording_declined place_kept
        ask_claim_cause ask_claim_evidence ask_claim_offer cause_counterfeit cause_not_as_described
        cause_late_shipment cause_not_received ask_claim_answer ask_claim_number ask_claim_proof ask_claim_share
        claim_unknown claim_dispute claim_over more_menu intent_account intent_payment intent_membership
        kind_account kind_payment kind_membership account_link_sent account_no_text ask_account_code
        account_code_wrong membership_none ask_membership membership_kept payment_none pay_now pay_declined
        pay_failed pay_unclear card_never_spoken
        intent_complaint kind_complaint intent_delete_data kind_delete_data upset_to_person danger_to_person
        ask_express ask_part_share why_parts_too_many
        ask_exchange ask_reason_exchange
        ask_step_helped steps_solved steps_over steps_declined
        complaint_key delete_confirm delete_done delete_kept delete_no_number payout_installments why_pickup_points
        menu_more yes_or_no delete_follows intent_refund_status kind_refund_status refund_late
        means_card means_bank means_wallet means_gift_card means_none order_day_hint
    """,
    "day": """
        no_order_on_day
    """,
    "answer": """
        help_answer
    """,
    "title": """
        help_confirm
    """,
    "first second third": """
        menu_three help_ask
    """,
    "case what": """
        go_on
    """,
    "case": """
        whisper_again whisper_accepted complaint_opened dnr_case
    """,
    "company": """
        greeting goodbye code_call code_call_over proactive_hello proactive_hello_membership
    """,
    "code": """
        code_call_code code_call_once_more machine_goodbye
    """,
    "amount": """
        settled_refund why_credit claim_accept claim_offer pay_done ask_renewal membership_renewed
    """,
    "days": """
        why_withdrawal moment_too_far callback_refused_too_far why_claim_too_late
    """,
    "amount item means since": """
        refund_given
    """,
    "days item means": """
        refund_back
    """,
    "until": """
        refund_shows why_express express_done
        why_wait why_trace membership_pause_sure membership_held membership_ends membership_rests membership_let_end
    """,
    "plan until": """
        membership_ends_soon
    """,
    "gives until": """
        membership_cancel_sure membership_keep_sure
    """,
    "amount gives plan until": """
        membership_about
    """,
    "amount until": """
        why_claim_opened why_claim_guarantee
    """,
    "amount item until what": """
        claim_told
    """,
    "amount item": """
        why_part_share
        payment_last ask_pay ask_pay_link why_claim_offer why_keep_item why_refund_now return_label return_label_mail
    """,
    "amount case item": """
        return_drop_off
    """,
    "amount case": """
        return_label_number
    """,
    "amount item since": """
        why_refunded why_return_open
    """,
    "item since": """
        why_replaced
    """,
    "item until": """
        why_warranty why_warranty_tried why_in_window why_claim_waiting
    """,
    "item": """
        why_exchange_none why_exchange_seller
        why_address_link why_address_redirect why_address_late
        why_steps why_part_sent why_part_again
        ask_settlement ask_unfinished proactive_found why_recalled why_order_unclear why_search_over settled_replacement
        refund_none why_not_seller why_claim_escalated why_claim_denied
        cancel_confirm cancel_done cancel_too_late order_status_canceled order_status_returned
    """,
    "key": """
        language_menu language_more
        ask_exchange_back
    """,
    "zone": """
        clock zone_told
    """,
    "key zone": """
        ask_zone_key
    """,
    "key variant": """
        ask_exchange_key
    """,
    "key what": """
        more_key
    """,
    "item variant": """
        why_exchange_free
    """,
    "amount item variant": """
        why_exchange_cheaper
    """,
    "variant": """
        why_exchange_dearer why_exchange_sold_out exchange_label
    """,
    "item since variant": """
        why_exchanged
    """,
    "case item variant": """
        exchange_drop_off
    """,
    "case variant": """
        exchange_label_number
    """,
    "number": """
        confirm_callback_number callback_renumbered
    """,
    "count": """
        hold_ahead
    """,
    "wait": """
        span offer_callback_wait offer_callback hold_music_line hold_short whisper_why_later
    """,
    "what": """
        confirm_intent
    """,
    "when": """
        moment ask_zone confirm_moment callback_moved existing_callback_by existing_callback_at agent_customer_busy
        agent_customer_no_answer agent_customer_machine agent_customer_failed agent_customer_ivr
        agent_customer_screened agent_customer_silent agent_customer_refused agent_customer_hung_up customer_later
        customer_refused customer_unheard
    """,
    "case company": """
        customer_calling customer_proof customer_proof_keys
    """,
    "case when": """
        callback_booked_asap callback_booked_at
    """,
    "code wait": """
        hold_kept
    """,
    "code company": """
        verification_text
    """,
    "distance name street": """
        drop_off_near
    """,
    "digits item wanted": """
        confirm_order
    """,
    "item when": """
        order_status_preparing order_status_shipped order_status_out_for_delivery order_late
    """,
    "case company when": """
        machine_message
    """,
    "case item until": """
        return_too_late
    """,
    "case company name": """
        screening_answer
    """,
    "agent case reason": """
        whisper_guest
    """,
    "agent case name reason": """
        whisper_transfer
    """,
    "item name reason": """
        whisper_live
    """,
    "first other second": """
        ask_order_pick_2
    """,
    "item place when": """
        order_status_delivered dnr_explain
    """,
    "first other second third": """
        ask_order_pick_3
    """,
    "item name punctual reason tries": """
        whisper
    """,
}
"""Prompts by the places that they have."""

REQUIRED_PROMPTS: Final[Mapping[str, frozenset[str]]] = {
    key: frozenset(places.split()) for places, keys in _KEYS_BY_PLACES.items() for key in keys.split()
}
"""Every prompt with its places."""

_MESSAGES_BY_PLACES: Final[Mapping[str, str]] = {
    "": "stop_hint stop_words start_words",
    "company": "stopped started unread calendar_title chat_too_many picture_alone picture_failed",
    "link": "mail_stop chat_prove",
    "zone": "mail_zone",
    "case company": "mail_subject order_mail_subject claim_call mail_received mail_answered picture_added",
    "answer link title": "mail_article",
    "names": "mail_files",
    "chat link": "mail_ways",
    "company link": "late orders_link account unfinished address",
    "code company": "account_code",
    "company link title": "help_answer",
    "case company link": "canceled done news claim_ended photo",
    "case company link places": "return",
    "distance name street until": "drop_off",
    "case company link when": "promised_at promised_asap claim_asked claim_reminder",
    "amount case company link": "claim_charged",
    "amount case company": "claim_paid",
    "case code company link": "unreached",
    "amount company plan when": "renewal",
    "company link when": "moved_at moved_asap reminder postponed",
    "code company link when": "missed",
}
"""Messages by the places that they have; each key ends in `_text`: read on a screen."""

REQUIRED_MESSAGES: Final[Mapping[str, frozenset[str]]] = {
    f"{key}_text": frozenset(places.split()) for places, keys in _MESSAGES_BY_PLACES.items() for key in keys.split()
}
"""Every message with its places."""


def check_prompts(content: Content) -> None:
    """Every locale has every prompt, message and wording, with exactly its places. Raises ContentError."""
    for locale in content.locales.values():
        _check(locale, "prompts.yaml", locale.prompts, REQUIRED_PROMPTS)
        _check(locale, "messages.yaml", locale.messages, REQUIRED_MESSAGES)
        _check(locale, "spoken.yaml", locale.spoken, REQUIRED_WORDINGS)


def _check(
    locale: LocaleContent, file: str, texts: Mapping[str, Located], required: Mapping[str, frozenset[str]]
) -> None:
    missing = [key for key in required if key not in texts]
    if missing:
        raise ContentError(f"{locale.locale}/{file}:1: missing: {', '.join(missing)}")
    for key, places in required.items():
        _check_places(key, texts[key], places)


def _check_places(key: str, text: Located, places: Iterable[str]) -> None:
    found, wanted = set(PLACE.findall(text)), set(places)
    if found != wanted:
        raise ContentError(f"{text.place}: {key} must have the places {sorted(wanted)}, it has {sorted(found)}")
    if set("[]") & set(OPTIONAL.sub("", text)):
        raise ContentError(f"{text.place}: the [brackets] of {key} do not pair; they can't be nested")
    if set("{}") & set(PLACE.sub("", text)):
        raise ContentError(f"{text.place}: a {{place}} of {key} is not a plain name")
