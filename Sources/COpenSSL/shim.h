/* What Swift cannot import from OpenSSL by itself: macros, as static inline functions. No logic. */
#ifndef WEIR_COPENSSL_SHIM_H
#define WEIR_COPENSSL_SHIM_H
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

static inline long weir_SSL_CTX_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline long weir_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode)
{
    return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline long weir_SSL_CTX_sess_set_cache_size(SSL_CTX *context, long size)
{
    return SSL_CTX_sess_set_cache_size(context, size);
}
static inline long weir_SSL_CTX_sess_hits(SSL_CTX *context) { return SSL_CTX_sess_hits(context); }
static inline long weir_SSL_CTX_sess_misses(SSL_CTX *context) { return SSL_CTX_sess_misses(context); }
static inline long weir_SSL_CTX_set_read_ahead(SSL_CTX *context, long on) { return SSL_CTX_set_read_ahead(context, on); }
static inline int weir_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version)
{
    return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int weir_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version)
{
    return (int)SSL_CTX_set_max_proto_version(context, version);
}
static inline int weir_SSL_set_tlsext_host_name(SSL *session, const char *name)
{
    return (int)SSL_set_tlsext_host_name(session, name);
}
static inline int weir_SSL_get_peer_tmp_key(SSL *session, EVP_PKEY **key)
{
    return (int)SSL_get_peer_tmp_key(session, key);
}
static inline int weir_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate)
{
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}
static inline int weir_sk_X509_num(STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *weir_sk_X509_value(STACK_OF(X509) *stack, int at) { return sk_X509_value(stack, at); }
static inline int weir_sk_GENERAL_NAME_num(GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *weir_sk_GENERAL_NAME_value(GENERAL_NAMES *names, int at)
{
    return sk_GENERAL_NAME_value(names, at);
}
static inline void weir_GENERAL_NAMES_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }
static inline unsigned long weir_ERR_reason(unsigned long code) { return (unsigned long)ERR_GET_REASON(code); }
static inline int weir_ERR_library(unsigned long code) { return (int)ERR_GET_LIB(code); }
static inline int weir_sk_X509_INFO_num(STACK_OF(X509_INFO) *stack) { return sk_X509_INFO_num(stack); }
static inline X509_INFO *weir_sk_X509_INFO_value(STACK_OF(X509_INFO) *stack, int at)
{
    return sk_X509_INFO_value(stack, at);
}
static inline void weir_sk_X509_INFO_free(STACK_OF(X509_INFO) *stack) { sk_X509_INFO_pop_free(stack, X509_INFO_free); }
static inline STACK_OF(X509_NAME) *weir_sk_X509_NAME_new(void) { return sk_X509_NAME_new_null(); }
static inline int weir_sk_X509_NAME_push(STACK_OF(X509_NAME) *stack, X509_NAME *name)
{
    return sk_X509_NAME_push(stack, name);
}
static inline int weir_sk_SSL_CIPHER_num(STACK_OF(SSL_CIPHER) *stack) { return sk_SSL_CIPHER_num(stack); }
static inline const SSL_CIPHER *weir_sk_SSL_CIPHER_value(STACK_OF(SSL_CIPHER) *stack, int at)
{
    return sk_SSL_CIPHER_value(stack, at);
}
static inline void weir_sk_SSL_CIPHER_free(STACK_OF(SSL_CIPHER) *stack) { sk_SSL_CIPHER_free(stack); }
static inline int weir_SSL_CTX_set1_curves_list(SSL_CTX *context, const char *list)
{
    return (int)SSL_CTX_set1_curves_list(context, list);
}
static inline int weir_SSL_set_min_proto_version(SSL *session, int version)
{
    return (int)SSL_set_min_proto_version(session, version);
}
static inline int weir_SSL_set_max_proto_version(SSL *session, int version)
{
    return (int)SSL_set_max_proto_version(session, version);
}
static inline int weir_SSL_CTX_set1_cert_store(SSL_CTX *context, X509_STORE *store)
{
    SSL_CTX_set1_cert_store(context, store);
    return 1;
}
static inline int weir_SSL_CTX_set1_verify_cert_store(SSL_CTX *context, X509_STORE *store)
{
    return (int)SSL_CTX_set1_verify_cert_store(context, store);
}
static inline int weir_SSL_CTX_set1_chain_cert_store(SSL_CTX *context, X509_STORE *store)
{
    return (int)SSL_CTX_set1_chain_cert_store(context, store);
}
typedef int (*weir_ticket_callback)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int);
static inline void weir_SSL_CTX_set_ticket_callback(SSL_CTX *context, weir_ticket_callback callback)
{
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, callback);
}
typedef int (*weir_status_callback)(SSL *, void *);
static inline void weir_SSL_CTX_set_status_callback(SSL_CTX *context, weir_status_callback callback, void *argument)
{
    SSL_CTX_set_tlsext_status_cb(context, callback);
    SSL_CTX_set_tlsext_status_arg(context, argument);
}
static inline void weir_SSL_set_status_response(SSL *session, unsigned char *bytes, int count)
{
    SSL_set_tlsext_status_ocsp_resp(session, bytes, count);
}
static inline int weir_sk_X509_REVOKED_num(STACK_OF(X509_REVOKED) *stack) { return sk_X509_REVOKED_num(stack); }
static inline X509_REVOKED *weir_sk_X509_REVOKED_value(STACK_OF(X509_REVOKED) *stack, int at)
{
    return sk_X509_REVOKED_value(stack, at);
}
static inline int weir_X509_NAME_print_rfc2253(BIO *output, const X509_NAME *name)
{
    return X509_NAME_print_ex(output, name, 0, XN_FLAG_RFC2253);
}
static inline void *weir_OPENSSL_malloc(size_t size) { return OPENSSL_malloc(size); }

/* Writes two pieces as one record: Swift has no uninitialised array on the stack. */
static inline int weir_SSL_write_pieces(SSL *session, const void *first, size_t first_size, const void *second,
                                        size_t second_size, size_t *written)
{
    unsigned char record[16384];
    if (first_size > sizeof record)
        first_size = sizeof record;
    if (second_size > sizeof record - first_size)
        second_size = sizeof record - first_size;
    memcpy(record, first, first_size);
    memcpy(record + first_size, second, second_size);
    return SSL_write_ex(session, record, first_size + second_size, written);
}
#endif
